internal import Domain
internal import Wire

/// Requests for files.
extension WorkerNode {
    /// Does something with the files of a session, which begins with this if it may.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - deadline: when the asking side stops to wait.
    /// - Returns: the answer.
    /// - Throws: why there is none.
    func perform(_ request: FileRequest, by deadline: ContinuousClock.Instant) async throws(Failure) -> Answer
    {
        try await use(request.session, mayCreate: request.mayCreate, in: request.pool, by: deadline) {
            (sandbox) async throws(Failure) in
            try await sandbox.perform(request.order, until: min(.now + request.wait, deadline))
                .map(Answer.file)
        }
    }
}

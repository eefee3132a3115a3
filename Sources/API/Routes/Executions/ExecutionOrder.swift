internal import Coordinator
internal import Domain
internal import Hummingbird
internal import Telemetry

/// An execution that a client has asked for.
struct ExecutionOrder {
    let spec: ExecutionSpec
    let answer: ExecutionAnswer
    let reader: ExecutionReader

    private var session: SessionKey { answer.subject.session }

    /// Runs it and waits for its end; it is cancelled when the client goes away.
    ///
    /// - Throws: why there is no answer.
    func run() async throws -> Response {
        noteUncertainty()
        let report = try await answer.context.connection.cancellingOnDisconnect {
            [reader, session, spec, answer] in
            try await Self.told(to: answer, about: session) { () async throws(Failure) in
                try await reader.dispatch.execute(spec, in: session)
            }
        }
        return try await answer.ended(report, form: spec.form)
    }

    /// Has it begin, and answers whatever there is of it: nothing, if it is not one that is asked for again.
    ///
    /// - Throws: why there is no answer.
    func begin() async throws -> Response {
        let reading = try await reader.everything(after: try await taken())
        guard reading.report.outcome != nil else { return answer.pending(reading.page, status: .accepted) }
        return try await answer.ended(reading.report, form: reading.page.form)
    }

    /// Has it begin.
    ///
    /// - Returns: what there is of it already.
    /// - Throws: why it was not taken in.
    func taken() async throws(Failure) -> EventPage {
        noteUncertainty()
        return try await Self.told(to: answer, about: session) { () async throws(Failure) in
            try await reader.dispatch.begin(spec, in: session)
        }
    }

    // What becomes of it is not known until there is an answer.
    private func noteUncertainty() { answer.context.audit?.note { $0.outcome = "broken" } }

    private static func told<Value: Sendable>(
        to answer: ExecutionAnswer,
        about session: SessionKey,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        do throws(Failure) {
            return try await operation()
        } catch {
            if didNotRun(error) { answer.context.audit?.note { $0.outcome = nil } }
            guard error.code == .sessionsCountExceedsLimit else { throw error }
            // Clients of Azure know a lack of room by this sentence (dynamic-sessions-api.md, section 3.1).
            throw Failure(
                error.code,
                "\(error.message) (Error happened when allocating pod for identifier \(session.identifier) "
                    + "in pool \(session.pool).)",
                retryAfterSeconds: error.retryAfterSeconds
            )
        }
    }

    private static func didNotRun(_ failure: Failure) -> Bool {
        failure.code.httpStatus < 500 && failure.code != .noSessionFound || failure.code == .noWorkerAvailable
    }
}

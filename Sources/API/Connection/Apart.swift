/// Computes on other threads than the connections', where it may take long: those of the event loops serve others too.
enum Apart {
    /// From this size on what is read or written takes longer than a change of threads, in bytes.
    static let threshold = 64 << 10

    /// Whether the task is on other threads already, as then its parts are as well.
    @TaskLocal static var isApart = false

    /// Computes something.
    ///
    /// - Parameters:
    ///   - size: how much there is to compute with, in bytes; without it, much.
    ///   - work: what to do; on other threads only if it is much.
    /// - Returns: what `work` returns.
    /// - Throws: what `work` throws.
    static func compute<Value, Problem: Error>(
        _ size: Int = .max,
        _ work: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        guard size >= threshold, !isApart else { return try await work() }
        let result = await $isApart.withValue(true) {
            await withTaskExecutorPreference(globalConcurrentExecutor) { () -> Result<Value, Problem> in
                do throws(Problem) { return .success(try await work()) } catch { return .failure(error) }
            }
        }
        return try result.get()
    }
}

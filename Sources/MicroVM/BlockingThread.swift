internal import NIOPosix

/// Threads that may wait for the disk.
enum BlockingThread {
    /// Runs what waits for the disk on a thread that may wait.
    ///
    /// - Parameter work: what to do.
    /// - Returns: what came of it; `cancelled` when it was not begun.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(MicroVMError) -> Value
    ) async -> Result<Value, MicroVMError> {
        do {
            return try await NIOThreadPool.singleton.runIfActive { Result(catching: work) }
        } catch {
            return .failure(MicroVMError(.cancelled, "The disk's thread did not take the work: \(error)."))
        }
    }
}

internal import Dispatch

/// Calls that may block, on threads that may be blocked.
enum BackgroundCall {
    private static let queue = DispatchQueue(label: "cloister.files", attributes: .concurrent)

    /// Runs something that may wait for a disk.
    ///
    /// - Parameter body: what to run.
    /// - Returns: what it returned.
    /// - Throws: what it threw.
    static func result<Value: Sendable, Problem: Error>(
        _ body: @escaping @Sendable () throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(Problem) in try body() }) }
        }
        return try result.get()
    }
}

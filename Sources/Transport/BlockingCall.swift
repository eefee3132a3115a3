import Dispatch

/// Threads for the few calls that may block: opening a socket resolves names, closing one awaits the library.
enum BlockingCall {
    // Concurrent, so that a call that takes long delays no other.
    private static let threads = DispatchQueue(label: "cloister.transport.blocking", attributes: .concurrent)

    /// Runs `body` outside the cooperative pool and awaits it.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(TransportError) -> Value
    ) async throws(TransportError) -> Value {
        let result: Result<Value, TransportError> = await withCheckedContinuation { continuation in
            threads.async {
                do throws(TransportError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Runs `body` outside the cooperative pool and does not wait for it.
    static func start(_ body: @escaping @Sendable () -> Void) {
        threads.async(execute: body)
    }
}

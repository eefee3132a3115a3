internal import APIModel

/// The calls of MCP clients that go on right now, so that a later request can cancel one.
///
/// Only clients that have a session of the protocol can: without one, two clients with the same key could not be
/// told apart, and each numbers its requests from 1.
actor MCPCalls {
    /// How many ended sessions are remembered.
    private static let endedMax = 1_024

    /// A session of the protocol, and whose it is.
    struct Session: Hashable, Sendable {
        let caller: String
        let name: String
    }

    /// A call, by the names that its client gave.
    struct Key: Hashable, Sendable {
        let session: Session
        let request: RPCIdentifier
    }

    private struct Call {
        var isCancelled = false
        var waiter: AsyncStream<Never>.Continuation?
    }

    private var running: [Key: Call] = [:]
    private var ended: [Session] = []

    /// Takes in a call that a later request may cancel; it has to be finished.
    ///
    /// - Parameter key: the call; nil for one that nobody can name.
    /// - Returns: the same; nil when nobody can name it: a client that uses a name twice at once cannot mean the second.
    func begin(_ key: Key?) -> Key? {
        guard let key, running[key] == nil else { return nil }
        running[key] = Call()
        return key
    }

    /// Forgets a call.
    ///
    /// - Parameter key: what beginning it returned.
    func finish(_ key: Key?) {
        if let key { running[key] = nil }
    }

    /// Does a part of a call, and cancels it when the call is cancelled.
    ///
    /// - Parameters:
    ///   - key: what beginning it returned.
    ///   - operation: what to do.
    /// - Returns: what the operation returns.
    /// - Throws: what the operation throws, or `RPCError` when the call was cancelled.
    nonisolated func waiting<Value: Sendable>(
        in key: Key?,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let key, let cancellation = await cancellation(of: key) else { return try await operation() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await operation() }
            group.addTask {
                for await _ in cancellation {}
                throw RPCError(.cancelled, "The request was cancelled.")
            }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    /// Cancels a call; one that is not there has ended.
    func cancel(_ key: Key) {
        running[key]?.isCancelled = true
        running[key]?.waiter?.finish()
    }

    /// Ends a session, and its calls with it.
    func end(_ session: Session) {
        for key in running.keys where key.session == session { cancel(key) }
        guard !ended.contains(session) else { return }
        ended.append(session)
        if ended.count > Self.endedMax { ended.removeFirst() }
    }

    /// Whether a session was ended by its client; one that was never begun here may be another coordinator's.
    func hasEnded(_ session: Session) -> Bool { ended.contains(session) }

    private func cancellation(of key: Key) -> AsyncStream<Never>? {
        guard let call = running[key] else { return nil }
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        if call.isCancelled { continuation.finish() } else { running[key]?.waiter = continuation }
        return stream
    }
}

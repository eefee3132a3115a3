internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTPTypes
internal import ServiceLifecycle

/// The connection that a request came on.
struct ClientConnection: Sendable {
    /// How long a client may take to read what it is sent; then it has lost its connection.
    private static let patience: TimeAmount = .seconds(60)

    private let channel: any Channel

    init(channel: any Channel) { self.channel = channel }

    /// Does something for the client, and cancels it when the client goes away.
    ///
    /// - Parameter operation: what to do.
    /// - Returns: what the operation returns.
    /// - Throws: what the operation throws, or `CancellationError` when the client went away.
    func cancellingOnDisconnect<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (disconnection, continuation) = AsyncStream<Never>.makeStream()
        await arm(continuation)
        defer { disarm() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await operation() }
            group.addTask {
                for await _ in disconnection {}
                throw CancellationError()
            }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    /// Waits for the cluster while an answer is sent, but neither for a client that goes away nor when the
    /// server shuts down.
    ///
    /// - Parameter operation: what to wait for; a shutdown cancels it.
    /// - Returns: what it returned or threw.
    /// - Throws: `CancellationError` when the client went away.
    func next<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws -> Result<Value, Failure> {
        try await cancellingOnDisconnect {
            await cancelWhenGracefulShutdown {
                do throws(Failure) { return .success(try await operation()) } catch { return .failure(error) }
            }
        }
    }

    /// Does something for which the client has to send data, and closes the connection if it takes too long.
    ///
    /// - Parameters:
    ///   - timeout: how long it may take.
    ///   - operation: what to do; it fails when the connection closes.
    /// - Returns: what the operation returns.
    /// - Throws: what the operation throws.
    func closing<Value, Problem: Error>(
        after timeout: TimeAmount,
        _ operation: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let deadline = close(after: timeout)
        defer { deadline.cancel() }
        return try await operation()
    }

    /// Sends a part of an answer, and closes the connection if the client takes too long to read it.
    ///
    /// - Parameters:
    ///   - bytes: the part.
    ///   - writer: where the answer goes.
    /// - Throws: why it could not be sent.
    @concurrent
    func write(_ bytes: some Sequence<UInt8> & Sendable, to writer: inout any ResponseBodyWriter) async throws
    {
        let deadline = close(after: Self.patience)
        defer { deadline.cancel() }
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    /// Closes the connection in a while.
    ///
    /// - Parameter timeout: how long to wait.
    /// - Returns: what to cancel when the client has done in time what it had to.
    private func close(after timeout: TimeAmount) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: timeout) { [channel] in channel.close(promise: nil) }
    }

    /// Tells a client that waits for it to send the body (RFC 9110, section 10.1.1).
    ///
    /// curl waits a second for this with every body over a megabyte.
    ///
    /// - Parameter request: the client's request.
    func invite(bodyOf request: Request) {
        guard request.headers[.expect]?.lowercased() == "100-continue" else { return }
        channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
    }

    private func arm(_ continuation: AsyncStream<Never>.Continuation) async {
        let armed = channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.handler(type: DisconnectWatch.self).arm(continuation)
        }
        // A channel without its handlers is one that has closed.
        do { try await armed.get() } catch { continuation.finish() }
    }

    private func disarm() {
        channel.eventLoop.execute { [channel] in
            try? channel.pipeline.syncOperations.handler(type: DisconnectWatch.self).disarm()
        }
    }
}

internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTPTypes
internal import ServiceLifecycle

/// The connection that a request came on.
struct ClientConnection: Sendable {
    /// How long a client may take to read what it is sent; then it has lost its connection.
    static let patience: Duration = .seconds(60)

    private let channel: any Channel
    private let state: ConnectionState

    init(channel: any Channel) {
        self.channel = channel
        state = .of(channel)
    }

    /// Does something for the client, and cancels it when the client goes away.
    ///
    /// - Parameter operation: what to do.
    /// - Returns: what the operation returns.
    /// - Throws: what the operation throws, or `CancellationError` when the client went away.
    func cancellingOnDisconnect<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard !state.isGone else { throw CancellationError() }
        let executor = Apart.isApart ? nil : state.executor
        // Awaited below. It begins on this thread: to wake another one for it takes longer than much of what it does.
        let task = Task.immediate(executorPreference: executor) { try await operation() }
        state.onDisconnect { task.cancel() }
        defer { state.onDisconnect(nil) }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        guard !state.isGone else { throw CancellationError() }
        return try result.get()
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
        after timeout: Duration,
        _ operation: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        state.expect(by: .now + timeout)
        defer { state.expect(by: nil) }
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
        state.expect(by: .now + Self.patience)
        defer { state.expect(by: nil) }
        try await writer.write(ByteBuffer(bytes: bytes))
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
}

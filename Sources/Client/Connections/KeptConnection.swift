internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// One connection to a server, which is asked one thing after the other.
final class KeptConnection: Sendable {
    /// What a server answered.
    struct Answer: Sendable {
        let head: HTTPResponseHead
        let body: ByteBuffer
    }

    private let channel: any Channel
    private let exchange: NIOLoopBound<ExchangeHandler>

    /// Connects.
    ///
    /// - Parameters:
    ///   - host: where the server is; a name or a number.
    ///   - port: its port.
    ///   - security: how it is believed; nil for no TLS.
    ///   - timeout: how long that may take.
    ///   - answerLimit: the longest answer that is read, in bytes.
    /// - Throws: why it cannot be reached.
    init(
        to host: String,
        port: Int,
        security: NIOSSLContext?,
        timeout: TimeAmount,
        answerLimit: Int
    ) async throws {
        // Of a number the certificate is compared with where the connection leads.
        let name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
        (channel, exchange) = try await ClientBootstrap(group: Self.loops)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security {
                        try pipeline.addHandler(NIOSSLClientHandler(context: security, serverHostname: name))
                    }
                    let handler = ExchangeHandler(limit: answerLimit)
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(handler)
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
    }

    /// The loop of whoever connects, so that nothing changes threads; any loop for who has none.
    private static var loops: any EventLoopGroup {
        MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton
    }

    /// Whether it is read and written on the calling thread.
    var isHere: Bool { channel.eventLoop.inEventLoop }

    /// Whether the server has not ended it, as far as is known.
    var isOpen: Bool { channel.isActive }

    /// Sends a request and waits for the whole answer; whoever is cancelled loses the connection.
    ///
    /// - Parameters:
    ///   - head: the request's line and headers.
    ///   - body: its body.
    ///   - timeout: how long it may take.
    /// - Returns: the answer.
    /// - Throws: `HTTPClientError.deadlineExceeded`, or why the connection is lost.
    func ask(_ head: HTTPRequestHead, _ body: ByteBuffer, within timeout: TimeAmount) async throws -> Answer {
        let promise = channel.eventLoop.makePromise(of: Answer.self)
        if isHere {
            exchange.value.begin(head, body, promise, within: timeout)
        } else {
            channel.eventLoop.execute { [exchange] in
                exchange.value.begin(head, body, promise, within: timeout)
            }
        }
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: { [self] in
            close()
        }
    }

    /// Gives the connection up.
    func close() { channel.close(promise: nil) }
}

/// Puts the parts of an answer together, on the connection's event loop.
private final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let limit: Int
    private var context: ChannelHandlerContext?
    private var promise: EventLoopPromise<KeptConnection.Answer>?
    private var overdue: Scheduled<Void>?
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    init(limit: Int) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end(.failure(ChannelError.eof))
    }

    func begin(
        _ head: HTTPRequestHead,
        _ body: ByteBuffer,
        _ promise: EventLoopPromise<KeptConnection.Answer>,
        within timeout: TimeAmount
    ) {
        guard let context, context.channel.isActive else {
            return promise.fail(ChannelError.ioOnClosedChannel)
        }
        self.promise = promise
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        overdue = context.eventLoop.scheduleTask(in: timeout) {
            bound.value.giveUp(HTTPClientError.deadlineExceeded)
        }
        context.write(NIOAny(HTTPClientRequestPart.head(head)), promise: nil)
        context.write(NIOAny(HTTPClientRequestPart.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(NIOAny(HTTPClientRequestPart.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ByteBuffer()
        case .body(var part):
            guard body.readableBytes + part.readableBytes <= limit else {
                return giveUp(NIOTooManyBytesError(maxBytes: limit))
            }
            if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
        case .end:
            guard let head else { return giveUp(ChannelError.eof) }
            end(.success(KeptConnection.Answer(head: head, body: body)))
            if !head.isKeepAlive { context.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end(.failure(ChannelError.eof)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { giveUp(error) }

    private func giveUp(_ error: any Error) {
        end(.failure(error))
        context?.close(promise: nil)
    }

    private func end(_ result: Result<KeptConnection.Answer, any Error>) {
        overdue?.cancel()
        (overdue, head) = (nil, nil)
        body = ByteBuffer()
        promise.take()?.completeWith(result)
    }
}

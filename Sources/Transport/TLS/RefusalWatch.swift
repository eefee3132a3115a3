internal import NIOCore
internal import NIOTLS
internal import Synchronization

/// Tells refusals to whoever wants to know, each kind once in a while.
final class RefusalReporter: Sendable {
    private let notices = Mutex(RefusalNotices())
    private let tell: @Sendable (TLSRefusal) -> Void

    init(_ tell: @escaping @Sendable (TLSRefusal) -> Void) { self.tell = tell }

    func report(_ refusal: TLSRefusal) {
        if let told = notices.withLock({ $0.take(refusal, at: .now) }) { tell(told) }
    }
}

/// Stands behind TLS in a connection: tells why it failed, and gives it up when nothing comes over it in time.
final class RefusalWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// How long a peer may take until its first bytes.
    static let patience: TimeAmount = .seconds(10)

    private let peer: String
    private let side: TLSRefusal.Side
    private let reporter: RefusalReporter
    private let onHandshake: (ChannelHandlerContext) -> Void
    private var hasSettled = false
    private var deadline: Scheduled<Void>?

    /// Makes a watch.
    ///
    /// - Parameters:
    ///   - peer: the other end's host.
    ///   - side: who opened the connection.
    ///   - reporter: told the refusals.
    ///   - onHandshake: called when both sides believe each other.
    init(
        peer: String,
        side: TLSRefusal.Side,
        reporter: RefusalReporter,
        onHandshake: @escaping (ChannelHandlerContext) -> Void
    ) {
        self.peer = peer
        self.side = side
        self.reporter = reporter
        self.onHandshake = onHandshake
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { onHandshake(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        settle()
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        settle()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasSettled, let refusal = TLSRefusal(error, peer: peer, side: side) { reporter.report(refusal) }
        context.close(promise: nil)
    }

    private func settle() {
        hasSettled = true
        deadline?.cancel()
        deadline = nil
    }
}

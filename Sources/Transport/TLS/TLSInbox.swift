internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// An inbox of libnng behind a door that speaks TLS.
///
/// What travels inside TLS are the library's own bytes, so a peer may as well use its `tls+tcp` transport. The
/// library's TLS itself never notices the death of some connections and cannot change its certificates.
final class TLSInbox: Inbox {
    /// The address that the inbox listens at.
    let address: String

    private let inner: NNGInbox

    private init(_ inner: NNGInbox, address: Address) {
        self.inner = inner
        self.address = address.description
    }

    /// Listens at the address, and at one of the loopback interface behind it.
    static func open(
        at address: Address,
        security: TLSSecurity,
        maximumMessageSize: Int,
        limits: NNGTransport.Limits
    ) async throws(TransportError) -> TLSInbox {
        let door = Door(security: security)
        let bound = try await door.listen(at: address)
        let inside = try Address("tcp://127.0.0.1:0")
        let inner = try await BlockingCall.run { () throws(TransportError) in
            try NNGInbox(listeningAt: inside, maximumMessageSize: maximumMessageSize, limits: limits)
        }
        door.leads(to: try Address(inner.address))
        return TLSInbox(inner, address: bound)
    }

    /// The one of the inbox behind the passage.
    var executor: any TaskExecutor { inner.executor }

    /// Waits for the next message.
    func receive() async throws(TransportError) -> [UInt8] { try await inner.receive() }
}

/// Lets members of the cluster through to an address of this machine.
private final class Door: Sendable {
    /// How many connections may be at their handshake; more are shut.
    private static let handshakesMax = 256

    private let security: TLSSecurity
    private let inside = Mutex<Address?>(nil)
    private let handshakes = Mutex(0)

    init(security: TLSSecurity) { self.security = security }

    func leads(to address: Address) { inside.withLock { $0 = address } }

    func listen(at address: Address) async throws(TransportError) -> Address {
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(TLSSecurity.patienceOption, value: TLSSecurity.patience)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try receive(channel) }
            }
        do {
            let channel = try await bootstrap.bind(host: address.location, port: Int(address.port ?? 0)).get()
            return address.with(port: UInt16(channel.localAddress?.port ?? 0))
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw TransportError(.addressInUse, "Somebody listens at \(address) already.")
        } catch {
            throw TransportError(.failed, "It is not possible to listen at \(address): \(error).")
        }
    }

    private func receive(_ channel: any Channel) throws {
        let isAllowed = handshakes.withLock { count in
            guard count < Self.handshakesMax else { return false }
            count += 1
            return true
        }
        guard isAllowed else { throw ChannelError.inappropriateOperationForState }
        let counter = HandshakeCount { [self] in handshakes.withLock { $0 -= 1 } }
        channel.closeFuture.whenComplete { _ in counter.end() }
        let watch = RefusalWatch(
            peer: channel.remoteAddress?.ipAddress ?? "somebody",
            side: .called,
            reporter: security.reporter
        ) { [self] context in
            counter.end()
            letThrough(context)
        }
        try channel.pipeline.syncOperations.addHandlers([
            NIOSSLServerHandler(context: security.credentials.server), watch,
        ])
    }

    private func letThrough(_ context: ChannelHandlerContext) {
        guard let inside = inside.withLock({ $0 }) else { return context.close(promise: nil) }
        let outer = Passage(isOfLibrary: false)
        do { try context.pipeline.syncOperations.addHandler(outer) } catch {
            return context.close(promise: nil)
        }
        let passage = NIOLoopBound(outer, eventLoop: context.eventLoop)
        let connected = ClientBootstrap(group: context.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let inner = Passage(isOfLibrary: true)
                    try channel.pipeline.syncOperations.addHandler(inner)
                }
            }
            .connect(host: inside.location, port: Int(inside.port ?? 0))
        let channel = context.channel
        connected.whenComplete { result in
            let inner = try? result.get().pipeline.syncOperations.handler(type: Passage.self)
            guard let inner, channel.isActive else {
                inner?.close()
                return channel.close(promise: nil)
            }
            Passage.couple(passage.value, inner)
        }
    }
}

/// Counts one handshake until it ends, in whichever way.
private final class HandshakeCount: Sendable {
    private let hasEnded = Mutex(false)
    private let onEnd: @Sendable () -> Void

    init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    func end() {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        if isFirst { onEnd() }
    }
}

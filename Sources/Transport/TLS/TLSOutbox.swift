internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// An outbox of libnng whose connections leave this machine through TLS.
final class TLSOutbox: Outbox {
    /// How long a connection may take to come about.
    private static let connectTimeout: TimeAmount = .seconds(3)

    /// The address of the peer.
    let address: String

    private let inner: NNGOutbox
    private let exit: any Channel

    private init(_ inner: NNGOutbox, exit: any Channel) {
        self.inner = inner
        self.exit = exit
        address = inner.address
    }

    deinit { exit.close(promise: nil) }

    /// Listens at the loopback interface, has the library connect to it, and passes on to the peer.
    static func open(
        to address: Address,
        security: TLSSecurity,
        maximumMessageSize: Int,
        limits: NNGTransport.Limits
    ) async throws(TransportError) -> TLSOutbox {
        let exit = try await listen(for: address, security)
        do throws(TransportError) {
            let inside = try Address("tcp://127.0.0.1:\(exit.localAddress?.port ?? 0)")
            let inner = try await BlockingCall.run { () throws(TransportError) in
                try NNGOutbox(
                    dialing: inside,
                    onTheWayTo: address,
                    maximumMessageSize: maximumMessageSize,
                    limits: limits
                )
            }
            return TLSOutbox(inner, exit: exit)
        } catch {
            exit.close(promise: nil)
            throw error
        }
    }

    /// Hands one message to the connection.
    func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {
        try await inner.send(bytes, timeout: timeout)
    }

    /// Ends waiting sends and awaits them.
    func close() async {
        await inner.close()
        exit.close(promise: nil)
    }

    private static func listen(
        for address: Address,
        _ security: TLSSecurity
    ) async throws(TransportError) -> any Channel {
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let near = Passage(isOfLibrary: true)
                    try channel.pipeline.syncOperations.addHandler(near)
                    connect(channel, NIOLoopBound(near, eventLoop: channel.eventLoop), to: address, security)
                }
            }
        do {
            return try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        } catch {
            throw TransportError(.resourceExhausted, "There is no way out to \(address): \(error).")
        }
    }

    private static func connect(
        _ near: any Channel,
        _ passage: NIOLoopBound<Passage>,
        to address: Address,
        _ security: TLSSecurity
    ) {
        ClientBootstrap(group: near.eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(TLSSecurity.patienceOption, value: TLSSecurity.patience)
            .channelInitializer { far in
                far.eventLoop.makeCompletedFuture {
                    let watch = RefusalWatch(
                        peer: address.location,
                        side: .calling,
                        reporter: security.reporter
                    ) { context in
                        let outer = Passage(isOfLibrary: false)
                        do { try context.pipeline.syncOperations.addHandler(outer) } catch {
                            return context.close(promise: nil)
                        }
                        Passage.couple(passage.value, outer)
                    }
                    try far.pipeline.syncOperations.addHandlers([
                        NIOSSLClientHandler(
                            context: security.credentials.client,
                            // Of a number the certificate is compared with where the connection leads.
                            serverHostname: address.isNumeric ? nil : address.location
                        ), watch,
                    ])
                }
            }
            .connect(host: address.location, port: Int(address.port ?? 0))
            .whenComplete { result in
                switch result {
                case .success(let far): far.closeFuture.whenComplete { _ in passage.value.close() }
                case .failure: passage.value.close()
                }
                near.closeFuture.whenComplete { _ in _ = result.map { $0.close(promise: nil) } }
            }
    }
}

extension Address {
    /// Whether the host is an address itself and no name of one.
    fileprivate var isNumeric: Bool {
        (try? SocketAddress(ipAddress: location, port: 0)) != nil
    }
}

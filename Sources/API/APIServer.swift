package import Coordinator
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
package import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// The HTTP server, as a service of the process.
///
/// On graceful shutdown it stops accepting and lets the requests in progress come to their end; whoever
/// runs it bounds how long (`maximumGracefulShutdownDuration`), and cancellation ends them.
package struct APIServer: Service {
    /// The threads that serve connections, as long as the process lives: apart from those on which nodes talk to
    /// each other, and more than processors, for the system to share them fairly.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount * 2)

    private let configuration: APIServerConfiguration
    private let dispatch: any SessionDispatch
    private let access: APIAccess
    private let certificate: ServerCertificate?
    private let departure: Departure?
    private let metrics: APIMetrics
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// Puts the server together; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - configuration: where to listen, and the bounds.
    ///   - dispatch: what runs the code.
    ///   - access: who may do what, how fast, and where it is told.
    ///   - certificate: what it proves itself with; nil for HTTP without TLS.
    ///   - departure: what knows that the process stops soon; nil when it stops without notice.
    ///   - metrics: what it measures as it goes.
    ///   - logger: where to log.
    ///   - onListening: called once with the port when connections are taken; the first connection is
    ///     served when it has returned.
    package init(
        configuration: APIServerConfiguration,
        dispatch: any SessionDispatch,
        access: APIAccess,
        certificate: ServerCertificate? = nil,
        departure: Departure? = nil,
        metrics: APIMetrics = APIMetrics(),
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.dispatch = dispatch
        self.access = access
        self.certificate = certificate
        self.departure = departure
        self.metrics = metrics
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the process shuts down.
    ///
    /// - Throws: when the address cannot be listened at.
    package func run() async throws {
        let configuration = channelConfiguration
        var server = HTTPServerBuilder { responder in
            ServedByItsLoop(base: HTTP1Channel(responder: responder, configuration: configuration))
        }
        if let certificate {
            server = try .tls(server, tlsConfiguration: await certificate.configuration())
        }
        let application = Application(
            router: table.router(),
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(self.configuration.host, port: self.configuration.port),
                serverName: "cloister",
                backlog: self.configuration.backlog,
                availableConnectionsDelegate: .maximum(self.configuration.connections, logger: logger)
            ),
            onServerRunning: { [onListening] channel in
                await onListening(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(Self.loops),
            logger: logger
        )
        try await application.run()
    }

    /// All routes that it has, as `GET /pools/{pool}/session`; what `/openapi.json` describes.
    package var routes: [String] { table.all.map { "\($0.method.rawValue) \($0.path)" }.sorted() }

    private var table: RouteTable {
        RouteTable(
            dispatch: dispatch,
            access: access,
            bodyTimeout: configuration.bodyTimeout,
            silence: SilenceBounds(
                ofStream: configuration.streamSilence,
                ofImpatientClient: configuration.impatientClientSilence
            ),
            links: NextLink(isSecure: certificate != nil, publicOrigin: configuration.publicOrigin),
            departure: departure,
            metrics: metrics
        )
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionWatch(interval: min(configuration.bodyTimeout, ClientConnection.patience))
            ],
            idleTimeout: TimeAmount(configuration.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: configuration.headerBytes,
                maxHeaderListSize: configuration.headerBytes,
                maxHeaderFieldCount: configuration.headerCount
            )
        )
    }
}

// Whoever logs the services of a process would log all that this one holds.
extension APIServer: CustomStringConvertible {
    package var description: String { "APIServer(\(configuration.host):\(configuration.port))" }
}

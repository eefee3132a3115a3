package import Coordinator
internal import Hummingbird
internal import HummingbirdCore
package import Identity
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// The HTTP server, as a service of the process.
///
/// On graceful shutdown it stops accepting and lets the requests in progress come to their end; whoever
/// runs it bounds how long (`maximumGracefulShutdownDuration`), and cancellation ends them.
package struct APIServer: Service {
    private let configuration: APIServerConfiguration
    private let dispatch: any SessionDispatch
    private let authenticator: any Authenticator
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// Puts the server together; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - configuration: where to listen, and the bounds.
    ///   - dispatch: what runs the code.
    ///   - authenticator: what knows the callers.
    ///   - logger: where to log.
    ///   - onListening: called once with the port when connections are taken; the first connection is
    ///     served when it has returned.
    package init(
        configuration: APIServerConfiguration,
        dispatch: any SessionDispatch,
        authenticator: any Authenticator,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.dispatch = dispatch
        self.authenticator = authenticator
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the process shuts down.
    ///
    /// - Throws: when the address cannot be listened at.
    package func run() async throws {
        let routes = RouteTable(
            dispatch: dispatch,
            authenticator: authenticator,
            bodyTimeout: TimeAmount(configuration.bodyTimeout)
        )
        let application = Application(
            router: routes.router(),
            server: .http1(configuration: channelConfiguration),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "cloister",
                backlog: configuration.backlog,
                availableConnectionsDelegate: .maximum(configuration.connections, logger: logger)
            ),
            onServerRunning: { [onListening] channel in
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger
        )
        try await application.run()
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [DisconnectWatch()],
            idleTimeout: TimeAmount(configuration.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: configuration.headerBytes,
                maxHeaderListSize: configuration.headerBytes,
                maxHeaderFieldCount: configuration.headerCount
            )
        )
    }
}

internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
package import Telemetry

/// Serves the metrics of a process to whoever reaches its address, and nothing else.
package struct MetricsServer: Service {
    /// How many connections are open at most: a scraper needs one.
    private static let connectionsMax = 16
    private static let idleTimeout: TimeAmount = .seconds(120)

    private let host: String
    private let port: Int
    private let registry: MetricRegistry
    private let logger: Logger

    /// Puts the server together; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - host: the address to listen at.
    ///   - port: the port to listen at; 0 for one that the kernel chooses.
    ///   - registry: the metrics.
    ///   - logger: where to log.
    package init(host: String, port: Int, registry: MetricRegistry, logger: Logger) {
        self.host = host
        self.port = port
        self.registry = registry
        self.logger = logger
    }

    /// Serves until the process shuts down.
    ///
    /// - Throws: when the address cannot be listened at.
    package func run() async throws {
        let router = Router()
        router.get("/metrics") { [registry] _, _ in await Self.answer(registry) }
        let application = Application(
            router: router,
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: "cloister",
                availableConnectionsDelegate: .maximum(Self.connectionsMax, logger: logger)
            ),
            onServerRunning: { [logger] channel in
                logger.info(
                    "metrics are served",
                    metadata: ["port": "\(channel.localAddress?.port ?? 0)"]
                )
            },
            logger: logger
        )
        try await application.run()
    }

    /// All metrics in Prometheus' text format.
    static func answer(_ registry: MetricRegistry) async -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: await registry.text()))
        )
    }
}

// Whoever logs the services of a process would log all that this one holds.
extension MetricsServer: CustomStringConvertible {
    package var description: String { "MetricsServer(\(host):\(port))" }
}

internal import API
internal import Coordinator
internal import Identity
internal import Logging
internal import ServiceSettings
internal import Telemetry
internal import Wire

/// The HTTP API of a coordinator, with what guards it, as a configuration wants it.
struct Entrance {
    /// Keeps going what guards the API; it runs beside the server.
    let service: AccessService

    private let access: APIAccess
    private let settings: Settings
    private let coordinator: CoordinatorService
    private let metrics: APIMetrics
    private let logger: Logger

    /// Puts the entrance together.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - coordinator: what requests are dispatched by.
    ///   - clusterKey: the cluster's secret, from which agents' keys are made.
    ///   - fileKey: the operator's key.
    ///   - metrics: what the API measures.
    ///   - logger: where the API logs.
    /// - Throws: why the configuration does not do.
    init(
        _ settings: Settings,
        coordinator: CoordinatorService,
        clusterKey: ClusterKey,
        fileKey: APIKey,
        metrics: APIMetrics,
        logger: Logger
    ) async throws {
        let issuers = try settings.issuers()
        let tokens =
            issuers.isEmpty
            ? nil : TokenAuthenticator(issuers, now: { WallClock.milliseconds }, logger: logger)
        let archive = StoredKeyArchive(store: coordinator.keys)
        let keys = try await KeyRing(archive: archive, fileKey: fileKey, now: { WallClock.milliseconds })
        let mcpKeys = try await MCPKeyRing(secret: clusterKey.bytes, archive: archive)
        service = AccessService(
            coordinator: coordinator,
            keys: keys,
            mcpKeys: mcpKeys,
            logger: logger,
            tokens: tokens,
            certificate: try settings.certificate(logger: logger),
            audit: try settings.auditLog(logger: logger)
        )
        access = APIAccess(
            authenticator: CredentialAuthenticator(keys: keys, tokens: tokens),
            keys: keys,
            mcpKeys: mcpKeys,
            pools: coordinator.pools,
            nodes: coordinator.dispatcher,
            nodeControl: coordinator.drains,
            joining: try JoinDesk.joining(
                settings,
                archive: archive,
                clusterKey: clusterKey,
                coordinators: coordinator.inboxAddresses,
                logger: logger
            ),
            rate: try settings.rate(),
            audit: service.audit
        )
        self.settings = settings
        self.coordinator = coordinator
        self.metrics = metrics
        self.logger = logger
    }

    /// The server.
    ///
    /// - Parameters:
    ///   - port: its port; 0 for one that the kernel chooses.
    ///   - departure: what knows that the process stops soon; nil when it stops without notice.
    ///   - whenListening: told the port.
    /// - Returns: the service.
    func server(
        port: Int,
        departure: Departure? = nil,
        whenListening: @escaping @Sendable (Int) -> Void
    ) -> APIServer {
        APIServer(
            configuration: APIServerConfiguration(
                host: settings.text(.listenHost),
                port: port,
                publicOrigin: settings.publicOrigin
            ),
            dispatch: coordinator.dispatcher,
            access: access,
            certificate: service.certificate,
            departure: departure,
            metrics: metrics,
            logger: logger,
            onListening: whenListening
        )
    }
}

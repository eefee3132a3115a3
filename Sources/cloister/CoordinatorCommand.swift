internal import API
internal import ArgumentParser
internal import Coordinator
internal import Domain
internal import Identity
internal import Logging
internal import ServiceLifecycle
internal import Store
internal import Telemetry
internal import Transport

/// `cloister coordinator`: the role that takes requests and dispatches them.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Runs a coordinator: the HTTP API and the dispatch to workers.",
        discussion: "The keys of the configuration file are in docs/operations.md."
    )

    @Option(help: "The YAML file with the configuration.")
    var config: String

    func run() async throws {
        let settings = try await Settings(path: config)
        let level = try ServiceLog.level(settings.text("logLevel", or: "info"))
        let keyFile = APIKeyFile(path: try settings.text("apiKeyFile"))
        let post = NNGTransport(identity: try settings.tlsIdentity())
        let coordinator = try await CoordinatorService(
            configuration: CoordinatorConfiguration(
                address: try settings.inbox(),
                pools: try await settings.pools(),
                clusterKey: try settings.clusterKey(),
                mayHaveSessions: true,
                storePath: try settings.text("storeFile"),
                tombstoneRetention: try settings.tombstoneRetention()
            ),
            post: post,
            logger: ServiceLog.logger("coordinator", level: level)
        )
        try await coordinator.pools.load(PoolMeaning.configuration(of:))
        let logger = ServiceLog.logger("api", level: level)
        let issuers = try await settings.issuers()
        let tokens =
            issuers.isEmpty
            ? nil : TokenAuthenticator(issuers, now: { WallClock.milliseconds }, logger: logger)
        let keys = try await KeyRing(
            archive: StoredKeyArchive(store: coordinator.keys),
            fileKey: try keyFile.loadOrCreate(),
            now: { WallClock.milliseconds }
        )
        let access = AccessService(
            tokens: tokens,
            certificate: try settings.certificate(logger: logger),
            audit: try settings.auditLog(logger: logger)
        )
        let server = APIServer(
            configuration: APIServerConfiguration(
                host: settings.text("listen.host", or: "127.0.0.1"),
                port: try settings.number("listen.port", or: 8080, in: 0...65_535),
                publicOrigin: try settings.publicOrigin()
            ),
            dispatch: coordinator.dispatcher,
            access: APIAccess(
                authenticator: CredentialAuthenticator(keys: keys, tokens: tokens),
                keys: keys,
                pools: coordinator.pools,
                nodes: coordinator.dispatcher,
                rate: try settings.rate(),
                audit: access.audit
            ),
            certificate: access.certificate,
            logger: logger
        ) { port in
            logger.info("the API listens", metadata: ["port": "\(port)"])
        }
        try await ServiceRunner.run([coordinator, access, server], logger: logger)
    }
}

internal import API
internal import ArgumentParser
internal import Coordinator
internal import Domain
internal import Identity
internal import Logging
internal import ServiceLifecycle
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
                pools: try settings.pools(),
                clusterKey: try settings.clusterKey(),
                mayHaveSessions: true,
                storePath: try settings.text("storeFile"),
                tombstoneRetention: try settings.tombstoneRetention()
            ),
            post: post,
            logger: ServiceLog.logger("coordinator", level: level)
        )
        let logger = ServiceLog.logger("api", level: level)
        let server = APIServer(
            configuration: APIServerConfiguration(
                host: settings.text("listen.host", or: "127.0.0.1"),
                port: try settings.number("listen.port", or: 8080, in: 0...65_535)
            ),
            dispatch: coordinator.dispatcher,
            authenticator: APIKeyAuthenticator(administratorKey: try keyFile.loadOrCreate()),
            logger: logger
        ) { port in
            logger.info("the API listens", metadata: ["port": "\(port)"])
        }
        try await ServiceRunner.run([coordinator, server], logger: logger)
    }
}

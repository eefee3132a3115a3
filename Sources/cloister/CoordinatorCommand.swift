internal import API
internal import ArgumentParser
internal import Coordinator
internal import Domain
internal import Identity
internal import Logging
internal import ServiceLifecycle
internal import ServiceSettings
internal import Store
internal import Telemetry
internal import Transport
internal import Wire

/// `cloister coordinator`: the role that takes requests and dispatches them.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Runs a coordinator: the HTTP API and the dispatch to workers.",
        discussion: "The keys of the configuration file are in docs/configuration.md."
    )

    @Option(help: "The YAML file with the configuration.")
    var config: String

    @OptionGroup var overrides: SettingsOptions

    func run() async throws {
        let settings = try overrides.checked(config, for: .coordinator)
        let clusterKey = try settings.clusterKey()
        let coordinator = try await CoordinatorService(
            configuration: CoordinatorConfiguration(
                name: settings.coordinatorName,
                address: settings.text(.inbox),
                pools: try settings.coordinatorPools(),
                clusterKey: clusterKey,
                mayHaveSessions: true,
                storePath: settings.optionalText(.storeFile),
                shared: try settings.sharedStorage(),
                tombstoneRetention: settings.tombstoneRetention
            ),
            post: NNGTransport(identity: try settings.tlsIdentity()),
            logger: ServiceLog.logger("coordinator", level: settings.logLevel)
        )
        try await coordinator.pools.load(PoolMeaning.configuration(of:))
        let logger = ServiceLog.logger("api", level: settings.logLevel)
        let entrance = try await Entrance(
            settings,
            coordinator: coordinator,
            clusterKey: clusterKey,
            fileKey: try APIKeyFile(path: settings.text(.apiKeyFile)).loadOrCreate(),
            logger: logger
        )
        let notice = Duration.seconds(settings.integer(.listenDrainSeconds))
        let departure = Departure(notice: notice, logger: logger)
        let server = entrance.server(port: settings.integer(.listenPort), departure: departure) { port in
            logger.info("the API listens", metadata: ["port": "\(port)"])
        }
        try await ServiceRunner.run(
            [coordinator, entrance.service, server, departure],
            notice: notice,
            logger: logger
        )
    }
}

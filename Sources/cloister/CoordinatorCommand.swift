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
        let log = ServiceLog(settings)
        let nodeLogger = log.logger("coordinator")
        let logger = log.logger("api")
        let observation = Observation(
            settings,
            as: "cloister-coordinator",
            settings.coordinatorName,
            logger: nodeLogger
        )
        let transport = try NodeTransport(settings, logger: nodeLogger)
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
            post: transport.post,
            metrics: CoordinatorMetrics(observation.registry, tracer: observation.tracer),
            logger: nodeLogger
        )
        try await coordinator.pools.load(PoolMeaning.configuration(of:))
        let entrance = try await Entrance(
            settings,
            coordinator: coordinator,
            clusterKey: clusterKey,
            fileKey: try APIKeyFile(path: settings.text(.apiKeyFile)).loadOrCreate(),
            metrics: APIMetrics(observation.registry, tracer: observation.tracer),
            logger: logger
        )
        let notice = Duration.seconds(settings.integer(.listenDrainSeconds))
        let departure = Departure(notice: notice, logger: logger)
        let server = entrance.server(port: settings.integer(.listenPort), departure: departure) { port in
            logger.info("the API listens", metadata: ["port": "\(port)"])
        }
        let levels = LogLevelService(log: log, logger: logger) { [config, overrides] in
            try overrides.checked(config, for: .coordinator)
        }
        try await ServiceRunner.run(
            [levels] + observation.services + transport.services + [
                coordinator, entrance.service, server, departure,
            ],
            notice: notice,
            logger: logger
        )
    }
}

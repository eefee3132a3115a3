internal import ArgumentParser
internal import Domain
internal import Logging
internal import MicroVM
internal import ServiceLifecycle
internal import ServiceSettings
internal import Telemetry
internal import Worker

/// `cloister worker`: the role that owns sandboxes.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs a worker: the sandboxes of one machine.",
        discussion: """
            The keys of the configuration file are in docs/configuration.md. With --join the worker gets its \
            certificate and all else from a coordinator and keeps it; from then on it starts without a token.
            """
    )

    @Option(help: "The YAML file with the configuration; a worker that joins needs none.")
    var config: String?

    @OptionGroup var joining: JoiningOptions
    @OptionGroup var overrides: SettingsOptions
    @OptionGroup var sandboxes: SandboxOptions

    func run() async throws {
        try await joining.joinIfNeeded(config, overrides)
        guard !joining.joinOnly else { return }
        let settings = try overrides.checked(config, for: .worker, basis: joining.basis(config))
        let log = ServiceLog(settings)
        let logger = log.logger("worker")
        let observation = Observation(settings, as: "cloister-worker", settings.text(.name), logger: logger)
        let pools = try settings.pools()
        let estimate = MachineCapacity.estimated(shares: 1, guestMemoryMiB: pools.guestMemoryMiB)
        let configuration = WorkerConfiguration(
            id: try WorkerID(settings.text(.name)),
            address: settings.text(.inbox),
            coordinators: settings.list(.coordinators),
            capacity: WorkerCapacity(
                sessions: settings.optionalInteger(.capacitySessions) ?? estimate.sessions,
                weight: settings.optionalInteger(.capacityWeight) ?? estimate.weight
            ),
            pools: pools,
            clusterKey: try settings.clusterKey()
        )
        let transport = try NodeTransport(settings, logger: logger)
        let worker = WorkerService(
            configuration: configuration,
            hypervisor: try await hypervisor(settings, logger),
            post: transport.post,
            metrics: WorkerMetrics(observation.registry, tracer: observation.tracer),
            logger: logger
        ) { sentence in
            logger.info("\(sentence)", metadata: ["progress": "true"])
        }
        let levels = LogLevelService(log: log, logger: logger) { [config, overrides, joining] in
            try overrides.checked(config, for: .worker, basis: joining.basis(config))
        }
        try await ServiceRunner.run(
            [levels] + observation.services + transport.services + [worker],
            logger: logger
        )
    }

    private func hypervisor(_ settings: Settings, _ logger: Logger) async throws -> any Hypervisor {
        if sandboxes.noOpSandbox {
            logger.warning(
                "NO-OP SANDBOXES: this worker runs nothing that it is given; it is for measurements only"
            )
            return NoOpHypervisor()
        }
        let hypervisor = try await QEMUHypervisor(settings.hypervisor())
        let report = hypervisor.report
        logger.info(
            "host examined",
            metadata: [
                "accelerator": "\(report.accelerator)", "qemu": "\(report.qemuVersion)",
                "sweptProcesses": "\(report.sweptProcesses.count)",
            ]
        )
        if let warning = report.jailWarning { logger.warning("QEMU runs without a jail: \(warning)") }
        return hypervisor
    }
}

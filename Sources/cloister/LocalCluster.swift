internal import API
internal import Client
internal import ClientCommands
internal import Coordinator
internal import Domain
internal import Glibc
internal import Identity
internal import Logging
internal import ServiceLifecycle
internal import ServiceSettings
internal import Store
internal import Transport
internal import Wire
internal import Worker

/// Why a local cluster could not be had.
enum LocalClusterError: Error, CustomStringConvertible {
    /// A worker process ended.
    case workerEnded(name: String, status: String, last: String)
    /// The self-check gave a wrong answer.
    case selfCheck(String)

    var description: String {
        switch self {
        case .workerEnded(let name, let status, let last):
            "\(name) ended (\(status)). \(last)"
        case .selfCheck(let reason):
            "The self-check failed: \(reason)"
        }
    }
}

/// A whole cluster on this machine: the coordinator and the API in this process, each worker in its own.
struct LocalCluster: Sendable {
    /// Where its keys and files are.
    let state: StateDirectory
    /// What configuration, environment and flags say.
    let settings: Settings
    /// The port of the API; 0 for one that the kernel chooses.
    let port: Int
    /// How many workers.
    let workers: Int
    /// How many sandboxes of each pool are kept ready for new sessions; nil for as many as is usual.
    let readySessions: Int?
    /// The only pool that is needed; nil for all that are configured.
    var onlyPool: String?
    /// Whether its workers run nothing.
    var hasNoOpSandboxes = false
    /// Told what is done, in sentences for a person.
    let progress: @Sendable (String) -> Void

    /// Whether the API speaks HTTPS.
    var isEncrypted: Bool { settings.optionalText(.listenCertificateFile) != nil }

    /// Where this machine reaches the API.
    ///
    /// - Parameter port: the port.
    /// - Returns: its address.
    func address(port: Int) -> String {
        let host = settings.text(.listenHost)
        let near = ["0.0.0.0": "127.0.0.1", "::": "[::1]"][host] ?? (host.contains(":") ? "[\(host)]" : host)
        return "\(isEncrypted ? "https" : "http")://\(near):\(port)"
    }

    /// How long the workers may take until they serve: the template's cold boot, on a busy machine.
    private static let startTimeout: Duration = .seconds(600)

    /// Runs the cluster.
    ///
    /// - Parameter whenReady: called once with the API's address when the self-check has passed; the
    ///   cluster ends when it returns.
    /// - Throws: why the cluster did not come about, or what `whenReady` throws.
    func run(whenReady: @escaping @Sendable (CloisterClient, String) async throws -> Void) async throws {
        try state.create()
        try state.lock()
        let key = try APIKeyFile(path: state.apiKeyPath).loadOrCreate()
        let clusterKey = try ClusterKey(
            Array(try APIKeyFile(path: state.clusterKeyPath).loadOrCreate().secret.utf8)
        )
        var pools = try settings.coordinatorPools(readySessions: readySessions)
        // A pool that is not there is for the API to refuse.
        if let only = pools.first(where: { $0.name.text == onlyPool }) { pools = [only] }
        let observation = Observation(
            settings,
            as: "cloister-coordinator",
            "coordinator",
            logger: ServiceLog.logger("metrics", level: .warning)
        )
        let coordinator = try await coordinator(pools, clusterKey, observation)
        try await coordinator.pools.load(PoolMeaning.configuration(of:))
        let entrance = try await Entrance(
            settings,
            coordinator: coordinator,
            clusterKey: clusterKey,
            fileKey: key,
            metrics: APIMetrics(observation.registry, tracer: observation.tracer),
            logger: ServiceLog.logger("api", level: .warning)
        )
        let (ports, portFound) = AsyncStream.makeStream(of: Int.self)
        let server = entrance.server(port: port) { portFound.yield($0) }
        var services: [any Service] = observation.services + [coordinator]
        for number in 1...workers {
            services.append(
                WorkerProcess(
                    name: "worker-\(number)",
                    configurationPath: try configureWorker(
                        number,
                        coordinator: coordinator.inboxAddress,
                        pools: pools,
                        capacity: MachineCapacity.estimated(
                            shares: workers,
                            guestMemoryMiB: pools.guestMemoryMiB
                        )
                    ),
                    ignoredVariables: settings.variables,
                    hasNoOpSandboxes: hasNoOpSandboxes,
                    report: progress
                )
            )
        }
        // Without work it would only keep SIGHUP, which a closing terminal sends, from ending the cluster.
        if entrance.service.hasWork { services.append(entrance.service) }
        let session = LocalSession(
            cluster: self,
            pools: pools,
            coordinator: coordinator,
            key: key,
            ports: ports,
            startTimeout: Self.startTimeout,
            whenReady: whenReady
        )
        services.append(server)
        try await ServiceRunner.run(
            services,
            until: session,
            logger: ServiceLog.logger("cloister", level: .error)
        )
    }

    private func coordinator(
        _ pools: [PoolConfiguration],
        _ clusterKey: ClusterKey,
        _ observation: Observation
    ) async throws -> CoordinatorService {
        try await CoordinatorService(
            configuration: CoordinatorConfiguration(
                address: "tcp://127.0.0.1:0",
                pools: pools,
                clusterKey: clusterKey,
                // The workers are this process's own and begin after it.
                mayHaveSessions: false,
                storePath: state.storePath,
                tombstoneRetention: settings.tombstoneRetention
            ),
            post: NNGTransport(),
            metrics: CoordinatorMetrics(observation.registry, tracer: observation.tracer),
            logger: ServiceLog.logger("coordinator", level: .warning)
        )
    }

    private func configureWorker(
        _ number: Int,
        coordinator: String,
        pools: [PoolConfiguration],
        capacity: WorkerCapacity
    ) throws -> String {
        let folder = "\(state.path)/worker-\(number)"
        try StateDirectory.makeFolder(folder)
        var lines = [
            SettingsExample.line("name", .text("worker-\(number)")),
            SettingsExample.line("inbox", .text("tcp://127.0.0.1:0")),
            SettingsExample.line("coordinators", .list([coordinator])),
            SettingsExample.line("clusterKeyFile", .text(state.clusterKeyPath)),
            SettingsExample.line("runDirectory", .text(folder)),
            SettingsExample.line("servedPools", .list(pools.map(\.name.text))),
        ]
        // Said by its own file or by what the cluster was started with; a pool that it does not serve may be there.
        let own: [Setting] = [
            .name, .inbox, .coordinators, .clusterKeyFile, .runDirectory, .servedPools, .tlsCertificateFile,
            .tlsKeyFile, .tlsAuthorityFile, .metricsListen,
        ]
        lines += settings.lines(for: .worker, without: own)
        if let address = settings.metricsAddress(ofWorker: number) {
            lines.append(SettingsExample.line(Setting.metricsListen.pattern, .text(address)))
        }
        if !settings.says(.capacitySessions) { lines.append("capacity.sessions: \(capacity.sessions)") }
        if !settings.says(.capacityWeight) { lines.append("capacity.weight: \(capacity.weight)") }
        let path = folder + "/worker.yaml"
        guard let file = fopen(path, "we") else {
            throw Failure(
                .invalidConfiguration,
                "\(path) cannot be written: \(String(cString: strerror(errno)))."
            )
        }
        fputs(lines.joined(separator: "\n") + "\n", file)
        fclose(file)
        return path
    }
}

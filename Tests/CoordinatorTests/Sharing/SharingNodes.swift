import ClusterState
import Coordinator
import Domain
import Etcd
import EtcdServer
import Store
import TestSupport
import Transport
import Wire
import Worker

/// Real coordinators that share a real etcd, and real workers, in this process; only the machines are played.
actor SharingNodes {
    /// The etcd that the coordinators share.
    nonisolated let server: EtcdServer
    /// The machines of each worker.
    nonisolated let hypervisors: [PlayedHypervisor]
    /// The pool of all requests.
    nonisolated let pool: PoolConfiguration
    /// What the nodes have logged.
    nonisolated let log = LogBook()
    private var coordinators: [CoordinatorService] = []
    private var lives: [Task<Void, any Error>] = []
    private var workers: [Task<Void, any Error>] = []

    private init(workers: Int, pool: PoolConfiguration) async throws {
        server = try await EtcdServer()
        hypervisors = (0..<workers).map { _ in PlayedHypervisor() }
        self.pool = pool
    }

    /// Runs two coordinators and some workers while `body` does, and leaves none behind.
    ///
    /// The workers are told at their start of the first coordinators only, as many as `toldOf`.
    static func with(
        workers: Int = 2,
        capacity: Int = 100,
        toldOf: Int = 2,
        pool change: (inout PoolConfiguration) -> Void = { _ in },
        over network: InMemoryTransport = InMemoryTransport(),
        _ body: (SharingNodes) async throws -> Void
    ) async throws {
        var pool = PoolConfiguration(name: try PoolName("python"))
        change(&pool)
        let nodes = try await SharingNodes(workers: workers, pool: pool)
        do {
            try await nodes.start(capacity: capacity, toldOf: toldOf, over: network)
            try await body(nodes)
            await nodes.endAll()
        } catch {
            await nodes.endAll()
            throw error
        }
    }

    private func start(capacity: Int, toldOf: Int, over network: InMemoryTransport) async throws {
        for number in 0..<2 {
            let service = try await CoordinatorService(
                configuration: CoordinatorConfiguration(
                    name: "coordinator-\(number)",
                    address: "inproc://coordinator-\(number)",
                    pools: [pool],
                    clusterKey: try PlayedNodes.key(),
                    mayHaveSessions: true,
                    shared: ClusterStorage(
                        EtcdConfiguration(endpoints: [server.endpoint]),
                        cluster: "test"
                    )
                ),
                post: network,
                logger: log.logger
            )
            coordinators.append(service)
            lives.append(Task { try await service.run() })
        }
        for (number, hypervisor) in hypervisors.enumerated() {
            let service = WorkerService(
                configuration: WorkerConfiguration(
                    id: try WorkerID("worker-\(number)"),
                    address: "inproc://worker-\(number)",
                    coordinators: coordinators.prefix(toldOf).map(\.inboxAddress),
                    capacity: WorkerCapacity(sessions: capacity, weight: 1),
                    pools: [pool],
                    clusterKey: try PlayedNodes.key()
                ),
                hypervisor: hypervisor,
                post: network,
                logger: log.logger
            ) { _ in }
            workers.append(Task { try await service.run() })
        }
        try await waitUntilServing(hypervisors.count)
    }

    /// Waits until every coordinator takes new sessions to so many workers.
    func waitUntilServing(_ count: Int) async throws {
        let services = coordinators
        let isServing = await eventually(within: .seconds(20)) {
            for service in services {
                let serving = await service.node.workers.count { $0.isHealthy && $0.isAccepting }
                let isReady = await service.node.unreadiness() == nil
                guard serving == count, isReady else { return false }
            }
            return true
        }
        guard isServing else { throw PlayedNodes.NotServing(entries: log.entries) }
    }

    /// Ends a worker without a word.
    func killWorker(_ number: Int) async {
        workers[number].cancel()
        _ = await workers[number].result
    }

    /// Stops a coordinator.
    func stopCoordinator(_ number: Int) async {
        lives[number].cancel()
        _ = await lives[number].result
    }

    private func endAll() async {
        for number in workers.indices { await killWorker(number) }
        for number in lives.indices { await stopCoordinator(number) }
    }

    /// Where coordinators receive, as one of them tells workers that join.
    func inboxes(toldBy number: Int) async -> [String] { await coordinators[number].inboxAddresses() }

    /// What a coordinator's API would dispatch through.
    func dispatcher(_ number: Int) -> Dispatcher { coordinators[number].dispatcher }

    /// A coordinator's actor.
    func node(_ number: Int) -> CoordinatorNode { coordinators[number].node }

    /// A session of the pool.
    nonisolated func session(_ identifier: String) throws(Failure) -> SessionKey {
        SessionKey(pool: pool.name, identifier: try SessionIdentifier(identifier))
    }

    /// What is to be run.
    nonisolated func spec(_ code: String, id: String? = nil) throws(Failure) -> ExecutionSpec {
        try ExecutionSpec(
            id: try ExecutionID(id ?? "run-\(UInt64.random(in: .min ... .max))"),
            input: .code(code),
            timeout: .seconds(20),
            limits: pool.limits
        )
    }

    /// Runs code through one of the coordinators.
    @discardableResult
    func run(_ code: String, in identifier: String, through number: Int) async throws(Failure)
        -> ExecutionReport
    {
        try await coordinators[number].dispatcher.execute(try spec(code), in: try session(identifier))
    }

    /// Runs code and gives the failure's code when it fails.
    func failure(of code: String, in identifier: String, through number: Int) async -> FailureCode? {
        do throws(Failure) {
            try await run(code, in: identifier, through: number)
            return nil
        } catch { return error.code }
    }

    /// All code that any guest was given.
    nonisolated var orders: [String] { hypervisors.flatMap(\.orders) }

    /// How many machines were made for sessions.
    nonisolated var madeMachines: Int { hypervisors.reduce(0) { $0 + $1.madeMachines } }
}

package import Coordinator
package import Domain
internal import Logging
package import Transport
internal import Wire
internal import Worker

/// A real coordinator and real workers in this process; only the machines are played.
package struct PlayedCluster: Sendable {
    /// What the API would dispatch through.
    package let dispatcher: Dispatcher
    /// The coordinator's actor.
    package let node: CoordinatorNode
    /// The control plane's pools.
    package let pools: PoolKeeper
    /// The workers that are drained.
    package let drains: DrainKeeper
    /// The machines of each worker.
    package let hypervisors: [PlayedHypervisor]
    /// The pool that all tests use.
    package let pool: PoolConfiguration
    /// Ends a worker at once, as if its process were gone.
    package let kill: @Sendable (Int) async -> Void

    /// Runs a cluster while `body` does, and leaves no task behind.
    ///
    /// - Parameters:
    ///   - workers: how many workers.
    ///   - capacity: how many sessions each takes.
    ///   - post: how the nodes talk.
    ///   - change: changes the pool.
    ///   - body: uses the cluster.
    /// - Throws: what `body` throws, or an error of the start.
    package static func with(
        workers: Int,
        capacity: Int = 100,
        over post: any Post,
        pool change: (inout PoolConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (PlayedCluster) async throws -> Void
    ) async throws {
        var pool = PoolConfiguration(name: try PoolName("python"))
        change(&pool)
        let key = try ClusterKey((0..<32).map { UInt8($0) })
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let coordinator = try await CoordinatorService(
            configuration: CoordinatorConfiguration(
                address: Self.anyAddress(for: post),
                pools: [pool],
                clusterKey: key,
                mayHaveSessions: false
            ),
            post: post,
            logger: logger
        )
        let hypervisors = (0..<workers).map { _ in PlayedHypervisor() }
        let services = try hypervisors.enumerated().map { number, hypervisor in
            WorkerService(
                configuration: WorkerConfiguration(
                    id: try WorkerID("worker-\(number)"),
                    address: Self.anyAddress(for: post),
                    coordinators: [coordinator.inboxAddress],
                    capacity: WorkerCapacity(sessions: capacity, weight: 1),
                    pools: [pool],
                    clusterKey: key
                ),
                hypervisor: hypervisor,
                post: post,
                logger: logger
            ) { _ in }
        }
        try await run(coordinator, services, hypervisors, pool, body)
    }

    private static func run(
        _ coordinator: CoordinatorService,
        _ services: [WorkerService],
        _ hypervisors: [PlayedHypervisor],
        _ pool: PoolConfiguration,
        _ body: @escaping @Sendable (PlayedCluster) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await coordinator.run() }
            // Each worker in a task of its own that can be ended alone: a killed process says no farewell.
            let tasks = services.map { service in Task { try await service.run() } }
            var serving: Set<WorkerID> = []
            for await worker in coordinator.node.servingWorkers {
                serving.insert(worker)
                if serving.count == services.count { break }
            }
            let cluster = PlayedCluster(
                dispatcher: coordinator.dispatcher,
                node: coordinator.node,
                pools: coordinator.pools,
                drains: coordinator.drains,
                hypervisors: hypervisors,
                pool: pool
            ) { number in
                tasks[number].cancel()
                _ = await tasks[number].result
            }
            defer {
                group.cancelAll()
                for task in tasks { task.cancel() }
            }
            try await body(cluster)
            for task in tasks {
                task.cancel()
                _ = await task.result
            }
        }
    }

    private static func anyAddress(for post: any Post) -> String {
        post is InMemoryTransport ? "inproc://\(UInt64.random(in: .min ... .max))" : "tcp://127.0.0.1:0"
    }

    /// Runs code in a session.
    ///
    /// - Parameters:
    ///   - code: a script of ``PlayedHypervisor``.
    ///   - identifier: the session's identifier.
    ///   - pool: the session's pool; the one of all tests when nil.
    ///   - timeout: how long the code may run.
    ///   - id: the execution's name; a new one when nil.
    /// - Returns: the report.
    /// - Throws: why there is none.
    @discardableResult
    package func run(
        _ code: String,
        in identifier: String,
        of pool: PoolName? = nil,
        timeout: Duration = .seconds(20),
        id: String? = nil
    ) async throws(Failure) -> ExecutionReport {
        try await dispatcher.execute(
            try spec(code, timeout: timeout, id: id),
            in: SessionKey(pool: pool ?? self.pool.name, identifier: try SessionIdentifier(identifier))
        )
    }

    /// What is to be run.
    ///
    /// - Parameters:
    ///   - code: a script of ``PlayedHypervisor``.
    ///   - timeout: how long the code may run.
    ///   - id: the execution's name; a new one when nil.
    /// - Returns: the specification.
    /// - Throws: a `Failure` for a name that is none.
    package func spec(
        _ code: String,
        timeout: Duration = .seconds(20),
        id: String? = nil
    ) throws(Failure) -> ExecutionSpec {
        try ExecutionSpec(
            id: try ExecutionID(id ?? "run-\(UInt64.random(in: .min ... .max))"),
            input: .code(code),
            timeout: timeout,
            limits: pool.limits
        )
    }

    /// A session of the pool.
    ///
    /// - Parameter identifier: its identifier.
    /// - Returns: its key.
    /// - Throws: a `Failure` for an identifier that is none.
    package func session(_ identifier: String) throws(Failure) -> SessionKey {
        SessionKey(pool: pool.name, identifier: try SessionIdentifier(identifier))
    }

    /// All code that any guest was given.
    package var orders: [String] { hypervisors.flatMap(\.orders) }
}

extension ExecutionReport {
    /// What the code printed, as text.
    package var printed: String { String(decoding: standardOutput, as: UTF8.self) }
}

package import ClusterState
package import Coordinator
package import Domain
internal import Synchronization
package import Transport
package import Wire
package import Worker

/// A real coordinator and real workers in this process, each of which can be killed and begun anew.
package actor PlayedNodes {
    /// What the nodes have in common.
    package struct Plan: Sendable {
        /// How many workers.
        package var workers = 1
        /// How many sessions each takes.
        package var capacity = 100
        /// The pool of all requests.
        package var pool: PoolConfiguration
        /// The times of failure detection: short ones, so that a loss costs a test little.
        package var times = LeaseTimes(
            pingInterval: .milliseconds(150),
            lease: .seconds(3),
            fencingMargin: .milliseconds(500)
        )
        /// How long requests wait.
        package var dispatch = DispatchTimes()
        /// How long workers wait for guests.
        package var patience = GuestPatience(
            grace: .milliseconds(200),
            reportMargin: .milliseconds(300),
            orderTimeout: .seconds(2)
        )
    }

    /// How the nodes talk.
    package nonisolated let post: any Post
    /// What the nodes have in common.
    package nonisolated let plan: Plan
    /// The machines of each worker, of all its lives.
    package nonisolated let hypervisors: [PlayedHypervisor]
    /// What the nodes have logged.
    package nonisolated let log = LogBook()
    private let key: ClusterKey
    private let inboxes: KeptInboxes
    private var coordinator: (service: CoordinatorService, task: Task<Void, any Error>)?
    private var coordinatorAddress: String
    private var workers: [Int: Task<Void, any Error>] = [:]
    private var workerAddresses: [Int: String] = [:]

    /// Plans nodes, of which none runs yet.
    init(post: any Post, plan: Plan) throws {
        self.post = post
        self.plan = plan
        key = try Self.key()
        inboxes = KeptInboxes(post: post)
        hypervisors = (0..<plan.workers).map { _ in PlayedHypervisor() }
        coordinatorAddress = Self.anyAddress
    }

    private static let anyAddress = "tcp://127.0.0.1:0"

    /// The secret of all played clusters.
    ///
    /// - Returns: the key.
    /// - Throws: never.
    package static func key() throws -> ClusterKey { try ClusterKey((0..<32).map { UInt8($0) }) }

    /// Runs nodes while `body` does, and leaves none behind.
    ///
    /// - Parameters:
    ///   - post: how the nodes talk.
    ///   - change: changes the plan.
    ///   - body: uses the nodes.
    /// - Throws: what `body` throws.
    package static func with(
        over post: any Post,
        _ change: (inout Plan) -> Void = { _ in },
        _ body: (PlayedNodes) async throws -> Void
    ) async throws {
        var plan = Plan(pool: PoolConfiguration(name: try PoolName("python")))
        change(&plan)
        let nodes = try PlayedNodes(post: post, plan: plan)
        do {
            try await nodes.startCoordinator()
            for number in 0..<plan.workers { await nodes.startWorker(number) }
            try await nodes.waitUntilServing(plan.workers)
            try await body(nodes)
            await nodes.endAll()
        } catch {
            await nodes.endAll()
            throw error
        }
    }

    private func endAll() async {
        for number in workers.keys.sorted() { await killWorker(number) }
        await killCoordinator()
    }
}

/// Beginning and ending.
extension PlayedNodes {
    /// Starts a coordinator, at the former one's address if there was one.
    ///
    /// - Throws: why it cannot begin.
    package func startCoordinator() async throws {
        var cluster = ClusterConfiguration()
        cluster.times = plan.times
        let service = try await CoordinatorService(
            configuration: CoordinatorConfiguration(
                address: coordinatorAddress,
                pools: [plan.pool],
                clusterKey: key,
                mayHaveSessions: coordinatorAddress != Self.anyAddress,
                cluster: cluster,
                dispatch: plan.dispatch
            ),
            post: inboxes,
            logger: log.logger
        )
        coordinatorAddress = service.inboxAddress
        coordinator = (service, Task { try await service.run() })
    }

    /// Ends the coordinator without a word.
    package func killCoordinator() async {
        coordinator?.task.cancel()
        _ = await coordinator?.task.result
        coordinator = nil
    }

    /// Starts a worker, at its former address if it had one.
    ///
    /// - Parameter number: which.
    package func startWorker(_ number: Int) async {
        guard let id = try? WorkerID("worker-\(number)") else { return }
        let announced = inboxes.recorder { [weak self] address in await self?.note(address, of: number) }
        let service = WorkerService(
            configuration: WorkerConfiguration(
                id: id,
                address: workerAddresses[number] ?? Self.anyAddress,
                coordinators: [coordinatorAddress],
                capacity: WorkerCapacity(sessions: plan.capacity, weight: 1),
                pools: [plan.pool],
                clusterKey: key,
                patience: plan.patience
            ),
            hypervisor: hypervisors[number],
            post: announced,
            logger: log.logger
        ) { _ in }
        workers[number] = Task { try await service.run() }
    }

    /// Ends a worker without a word.
    ///
    /// - Parameter number: which.
    package func killWorker(_ number: Int) async {
        workers[number]?.cancel()
        _ = await workers[number]?.result
        workers[number] = nil
    }

    private func note(_ address: String, of number: Int) { workerAddresses[number] = address }

    /// Where a worker's inbox is.
    ///
    /// - Parameter number: which worker.
    /// - Returns: its address, once it has one.
    package func address(ofWorker number: Int) -> String? { workerAddresses[number] }

    /// Where the coordinator's inbox is.
    package var addressOfCoordinator: String { coordinatorAddress }

    /// Waits until so many workers take new sessions.
    ///
    /// - Parameter count: how many.
    /// - Throws: when they do not.
    package func waitUntilServing(_ count: Int) async throws {
        let isServing = await eventually { [self] in
            let serving = await self.service?.node.workers.count { $0.isHealthy && $0.isAccepting } ?? 0
            let isReady = await self.service?.node.unreadiness() == nil
            return serving == count && isReady
        }
        guard isServing else { throw NotServing(entries: log.entries) }
    }

    /// The workers did not come up.
    package struct NotServing: Error {
        let entries: [String]

        /// Makes the error.
        ///
        /// - Parameter entries: what the nodes have logged.
        package init(entries: [String]) { self.entries = entries }
    }

    private var service: CoordinatorService? { coordinator?.service }

    /// What the API would dispatch through.
    package var dispatcher: Dispatcher? { coordinator?.service.dispatcher }

    /// The coordinator's actor.
    package var node: CoordinatorNode? { coordinator?.service.node }
}

/// Requests.
extension PlayedNodes {
    /// Runs code in a session.
    ///
    /// - Parameters:
    ///   - code: a script of ``PlayedHypervisor``.
    ///   - identifier: the session's identifier.
    ///   - timeout: how long the code may run.
    ///   - id: the execution's name; a new one when nil.
    /// - Returns: the report.
    /// - Throws: why there is none.
    @discardableResult
    package func run(
        _ code: String,
        in identifier: String,
        timeout: Duration = .seconds(20),
        id: String? = nil
    ) async throws(Failure) -> ExecutionReport {
        guard let dispatcher = coordinator?.service.dispatcher else {
            throw Failure(.notReady, "There is no coordinator at the moment.", retryAfterSeconds: 1)
        }
        let name = id ?? "run-\(UInt64.random(in: .min ... .max))"
        let spec = try ExecutionSpec(
            id: try ExecutionID(name),
            input: .code(code),
            timeout: timeout,
            limits: plan.pool.limits
        )
        return try await dispatcher.execute(
            spec,
            in: SessionKey(pool: plan.pool.name, identifier: try SessionIdentifier(identifier))
        )
    }

    /// Runs code and gives the failure's code when it fails.
    ///
    /// - Parameters:
    ///   - code: a script.
    ///   - identifier: the session's identifier.
    /// - Returns: the code; nil when the code ran.
    package func failure(of code: String, in identifier: String) async -> FailureCode? {
        do throws(Failure) {
            try await run(code, in: identifier)
            return nil
        } catch {
            return error.code
        }
    }

    /// All code that any guest was given.
    package nonisolated var orders: [String] { hypervisors.flatMap(\.orders) }
}

/// Gives a process that begins anew the inbox of its former life: libnng keeps it open as long as this
/// process lives, and what waits in it reaches the successor.
final class KeptInboxes: Post {
    private let post: any Post
    private let inboxes = Mutex<[String: any Inbox]>([:])

    init(post: any Post) { self.post = post }

    func openInbox(
        at address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Inbox {
        if let kept = inboxes.withLock({ $0[address] }) { return kept }
        let opened = try await post.openInbox(at: address, maximumMessageSize: maximumMessageSize)
        inboxes.withLock { $0[opened.address] = opened }
        return opened
    }

    func openOutbox(
        to address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Outbox {
        try await post.openOutbox(to: address, maximumMessageSize: maximumMessageSize)
    }

    /// The same, telling where inboxes are opened.
    func recorder(_ note: @escaping @Sendable (String) async -> Void) -> any Post {
        Recorder(inboxes: self, note: note)
    }

    private struct Recorder: Post {
        let inboxes: KeptInboxes
        let note: @Sendable (String) async -> Void

        func openInbox(
            at address: String,
            maximumMessageSize: Int
        ) async throws(TransportError) -> any Inbox {
            let opened = try await inboxes.openInbox(at: address, maximumMessageSize: maximumMessageSize)
            await note(opened.address)
            return opened
        }

        func openOutbox(
            to address: String,
            maximumMessageSize: Int
        ) async throws(TransportError) -> any Outbox {
            try await inboxes.openOutbox(to: address, maximumMessageSize: maximumMessageSize)
        }
    }
}

internal import ClusterState
package import Domain
internal import Logging
internal import Store
internal import Transport
internal import Wire

/// What ``DirectiveRunner`` carries out, and over which link.
enum Order: Sendable {
    /// Open a link and ask for the worker's sessions.
    case open(WorkerLife, address: String, serial: UInt64)
    /// Close a link that is out of use already.
    case close(WorkerLink)
    /// Ping a worker.
    case ping(WorkerLink, Ping)
    /// Tell an announced worker why it is not called.
    case refuse(WorkerLife, address: String, Failure)
    /// Tell a worker to end a session.
    case stop(Placement, EndCause, over: WorkerLink)
    /// Ask for the sessions of a worker to which there is a link already.
    case greet(WorkerLink)
    /// Ask whether a worker has a session.
    case confirm(Placement, over: WorkerLink)
}

/// The coordinator's actor: it holds the cluster's state and the links to the workers.
///
/// Events change the state without an `await`; what they direct is put in a queue and carried out
/// by ``DirectiveRunner``.
package actor CoordinatorNode {
    /// This life of the coordinator.
    nonisolated let incarnation: Incarnation
    /// What is to be carried out.
    nonisolated let orders: AsyncStream<Order>
    /// Each worker that begins to serve, for those who wait for a cluster to come up.
    package nonisolated let servingWorkers: AsyncStream<WorkerID>
    /// Tells that the store lacks something.
    nonisolated let unrecordedArrivals: AsyncStream<Void>
    let unrecordedArrived: AsyncStream<Void>.Continuation
    private let give: AsyncStream<Order>.Continuation
    private let workerServes: AsyncStream<WorkerID>.Continuation
    /// What is to be told to the shared directory.
    nonisolated let directoryOrders: AsyncStream<DirectoryOrder>
    private let tellDirectory: AsyncStream<DirectoryOrder>.Continuation
    /// What this coordinator shares with others; nil when it is alone.
    let directory: (any ClusterDirectory)?
    /// The name of this coordinator.
    nonisolated let name: String
    /// The identifiers for which the directory is being asked, and who waits for its answer.
    var placing: Set<SessionKey> = []
    var turns: [SessionKey: [CheckedContinuation<Void, Never>]] = [:]
    /// The requests that wait for a word on a worker.
    var waiting: [Waiting] = []
    /// Whether ticks come, which end waits whose deadline is over.
    var hasTime = true
    var pools: [PoolName: PoolConfiguration]
    let start = ContinuousClock.now
    /// What it measures as it goes.
    nonisolated let metrics: CoordinatorMetrics
    let logger: Logger
    var cluster: Cluster
    var unrecorded: UnrecordedFacts
    var links: [WorkerLife: WorkerLink] = [:]
    /// The lives to which a link is wanted, each with the number of the order to open it.
    private var expected: [WorkerLife: UInt64] = [:]
    /// The lives to which there is a link, by its number.
    private var linkedLives: [UInt64: WorkerLife] = [:]
    private var lastLink: UInt64 = 0
    /// What each worker was told to keep ready.
    var readyTold: [WorkerLife: [ReadyTarget]] = [:]

    /// Makes a coordinator that knows no worker.
    ///
    /// - Parameters:
    ///   - configuration: what it has to know.
    ///   - incarnation: this life of the coordinator.
    ///   - generations: where it begins with them.
    ///   - directory: what it shares with others; nil when it is alone.
    ///   - metrics: what it measures as it goes.
    ///   - logger: where it logs.
    init(
        configuration: CoordinatorConfiguration,
        incarnation: Incarnation,
        generations: GenerationStart,
        directory: (any ClusterDirectory)? = nil,
        metrics: CoordinatorMetrics = CoordinatorMetrics(),
        logger: Logger
    ) {
        self.incarnation = incarnation
        self.logger = logger
        self.metrics = metrics
        self.directory = directory
        name = configuration.name
        pools = Dictionary(configuration.pools.map { ($0.name, $0) }) { _, last in last }
        cluster = Cluster(
            configuration: configuration.cluster,
            start: ClusterTime(uptime: .zero, epochMilliseconds: WallClock.milliseconds),
            mayHaveSessions: configuration.mayHaveSessions,
            lastGeneration: generations.last,
            sharing: directory.map { _ in (name: configuration.name, incarnation: incarnation) }
        )
        unrecorded =
            directory == nil
            ? UnrecordedFacts(start: generations)
            : UnrecordedFacts(start: generations, countMax: UnrecordedFacts.directoryCountMax)
        (unrecordedArrivals, unrecordedArrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        // As many as the cluster's rules make of bounded state; a loop takes them without delay.
        (orders, give) = AsyncStream.makeStream(of: Order.self)
        (directoryOrders, tellDirectory) = AsyncStream.makeStream(of: DirectoryOrder.self)
        // Nobody need listen; then the oldest are dropped.
        (servingWorkers, workerServes) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1_024))
    }

    var time: ClusterTime {
        ClusterTime(uptime: start.duration(to: .now), epochMilliseconds: WallClock.milliseconds)
    }

    /// Changes the cluster's state by an event and queues what it directs.
    func apply(_ event: (inout Cluster, ClusterTime) -> [Directive]) {
        queue(event(&cluster, time))
    }

    private func queue(_ directives: [Directive]) {
        for directive in directives {
            note(directive)
            if let order = DirectoryOrder(directive) { tellDirectory.yield(order) }
            if let order = order(for: directive) { give.yield(order) }
        }
    }

    /// Makes an order of a directive.
    ///
    /// Links are taken into and out of use here and not when the order is carried out: orders are carried
    /// out at the same time, and the end of a link must not take a later one of the same life with it.
    private func order(for directive: Directive) -> Order? {
        switch directive {
        case .openLink(let life, let address):
            // A life that came back: what waits for its answers goes on waiting.
            if let link = links[life] { return .greet(link) }
            lastLink += 1
            expected[life] = lastLink
            return .open(life, address: address, serial: lastLink)
        case .closeLink(let life):
            if let serial = expected.removeValue(forKey: life) { linkedLives[serial] = nil }
            readyTold[life] = nil
            return links.removeValue(forKey: life).map { .close($0) }
        case .ping(let life, let ping):
            guard let link = links[life] else {
                cluster.pingMissed(by: life)
                return nil
            }
            var told = ping
            // A worker learns of all coordinators from any of them.
            told.standing?.addresses = coordinatorAddresses
            return .ping(link, told)
        case .stopSession(let placement):
            // Without a link the cluster's state directs it again.
            return links[placement.worker].map {
                .stop(placement, cluster.stopCause(of: placement.session), over: $0)
            }
        case .refuse(let life, let address, let failure):
            return .refuse(life, address: address, failure)
        case .confirm(let placement): return links[placement.worker].map { .confirm(placement, over: $0) }
        case .workerServes, .workerSuspected, .workerRecovered, .workerLost, .workerDrained, .keepTombstone,
            .hear, .unhear, .declareLost, .markLost, .takeLoss:
            // Told to people by the node, or to the directory; nothing is sent to a worker.
            return nil
        }
    }

    private func note(_ directive: Directive) {
        switch directive {
        case .workerServes(let life):
            logger.info("worker serves", metadata: ["worker": "\(life)"])
            workerServes.yield(life.worker)
        case .workerSuspected(let life): logger.warning("worker is silent", metadata: ["worker": "\(life)"])
        case .workerRecovered(let life): logger.info("worker answers again", metadata: ["worker": "\(life)"])
        case .workerDrained(let life): logger.info("worker is drained", metadata: ["worker": "\(life)"])
        case .workerLost(let life, let sessions):
            logger.error("worker lost", metadata: ["worker": "\(life)", "sessions": "\(sessions.count)"])
        case .keepTombstone(let tombstone):
            unrecorded.append(EndedSessionRecord(tombstone))
            unrecordedArrived.yield()
            logger.info(
                "session ended",
                metadata: ["pool": "\(tombstone.session.key.pool)", "cause": "\(tombstone.cause)"]
            )
        case .openLink, .closeLink, .ping, .refuse, .stopSession, .hear, .unhear, .declareLost, .markLost,
            .takeLoss,
            .confirm:
            break
        }
    }
}

/// Events.
extension CoordinatorNode {
    /// Lets time pass.
    func tick() {
        apply { $0.tick(at: $1) }
        wakeWaiting()
    }

    /// A worker announced itself.
    func workerAnnounced(_ announcement: WorkerAnnouncement) {
        apply { $0.workerAnnounced(announcement, at: $1) }
    }

    /// A worker told its sessions.
    func helloAnswered(by life: WorkerLife, sessions: [SessionLife]) {
        apply { $0.helloAnswered(by: life, sessions: sessions, at: $1) }
    }

    /// A worker answered a ping.
    func pingAnswered(by life: WorkerLife, _ answer: PingAnswer) {
        apply { $0.pingAnswered(by: life, answer, at: $1) }
    }

    /// A ping had no answer in time.
    func pingMissed(by life: WorkerLife) { cluster.pingMissed(by: life) }

    /// A command never reached its worker.
    func linkFailed(to life: WorkerLife) {
        apply { cluster, _ in cluster.linkFailed(to: life) }
    }

    /// A worker's address says that this life is over.
    func lifeEnded(_ life: WorkerLife) { apply { $0.lifeEnded(life, at: $1) } }

    /// A session is not at its worker any more.
    func sessionEnded(_ session: SessionLife, on life: WorkerLife, cause: EndCause) {
        apply { $0.sessionEnded(session, on: life, cause: cause, at: $1) }
    }

    /// A client was told that its session is lost.
    func lossWasTold(of session: SessionLife) async {
        if let directory, await markIsTaken(of: session, from: directory) { return }
        apply { $0.lossWasTold(of: session, at: $1) }
    }

    /// A worker said that it has the session.
    ///
    /// One that has no place there any more is ended, or its identifier would have two.
    func sessionBegan(_ placement: Placement) {
        cluster.sessionBegan(placement)
        guard cluster.placement(of: placement.session.key)?.session != placement.session else { return }
        queue([.stopSession(placement)])
    }
}

/// Links.
extension CoordinatorNode {
    /// Takes a link into use, unless it is not wanted any more.
    func adopt(_ link: WorkerLink, serial: UInt64) -> Bool {
        guard expected[link.life] == serial else { return false }
        links[link.life] = link
        linkedLives[serial] = link.life
        return true
    }

    /// The link to a life of a worker.
    func link(to life: WorkerLife) -> WorkerLink? { links[life] }

    /// The link to a worker that is there.
    func link(to worker: WorkerID) -> WorkerLink? {
        cluster.workers.lazy.filter { $0.life.worker == worker }.compactMap { self.links[$0.life] }.first
    }

    /// The way to some worker that serves.
    ///
    /// - Returns: nil when there is none.
    func linkToAnyWorker() -> WorkerLink? {
        cluster.workers.lazy.filter(\.isHealthy).compactMap { self.links[$0.life] }.first
    }

    /// The ways to all workers that answer, also to those that are drained.
    func linksToServingWorkers() -> [WorkerLink] {
        cluster.workers.filter { $0.status >= .serving && !$0.isSuspected }.compactMap { links[$0.life] }
    }

    /// The link over which a question was asked.
    func link(thatAsked number: UInt64) -> WorkerLink? {
        linkedLives[WorkerLink.serial(ofQuestion: number)].flatMap { links[$0] }
    }
}

package import ClusterState
package import Domain
internal import Logging
internal import Store
internal import Transport
internal import Wire

/// The coordinator's actor: it holds the cluster's state and the links to the workers.
///
/// Events change the state without an `await`; what they direct is put in a queue and carried out
/// by ``DirectiveRunner``.
package actor CoordinatorNode {
    /// This life of the coordinator.
    nonisolated let incarnation: Incarnation
    /// What is to be carried out.
    nonisolated let directives: AsyncStream<Directive>
    /// Each worker that begins to serve, for those who wait for a cluster to come up.
    package nonisolated let servingWorkers: AsyncStream<WorkerID>
    /// Tells that the store lacks something.
    nonisolated let unrecordedArrivals: AsyncStream<Void>
    private let unrecordedArrived: AsyncStream<Void>.Continuation
    private let direct: AsyncStream<Directive>.Continuation
    private let workerServes: AsyncStream<WorkerID>.Continuation
    private let pools: [PoolName: PoolConfiguration]
    private let start = ContinuousClock.now
    private let logger: Logger
    private var cluster: Cluster
    private var unrecorded: UnrecordedFacts
    private var links: [WorkerLife: WorkerLink] = [:]
    private var expected: Set<WorkerLife> = []
    /// What each worker was told to keep ready.
    private var readyTold: [WorkerLife: [ReadyTarget]] = [:]

    /// Makes a coordinator that knows no worker.
    ///
    /// - Parameters:
    ///   - configuration: what it has to know.
    ///   - incarnation: this life of the coordinator.
    ///   - generations: where it begins with them.
    ///   - logger: where it logs.
    init(
        configuration: CoordinatorConfiguration,
        incarnation: Incarnation,
        generations: GenerationStart,
        logger: Logger
    ) {
        self.incarnation = incarnation
        self.logger = logger
        pools = Dictionary(configuration.pools.map { ($0.name, $0) }) { _, last in last }
        cluster = Cluster(
            configuration: configuration.cluster,
            start: ClusterTime(uptime: .zero, epochMilliseconds: WallClock.milliseconds),
            mayHaveSessions: configuration.mayHaveSessions,
            lastGeneration: generations.last
        )
        unrecorded = UnrecordedFacts(start: generations)
        (unrecordedArrivals, unrecordedArrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        // As many as the cluster's rules make of bounded state; a loop takes them without delay.
        (directives, direct) = AsyncStream.makeStream(of: Directive.self)
        // Nobody need listen; then the oldest are dropped.
        (servingWorkers, workerServes) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1_024))
    }

    private var time: ClusterTime {
        ClusterTime(uptime: start.duration(to: .now), epochMilliseconds: WallClock.milliseconds)
    }

    /// Changes the cluster's state by an event and queues what it directs.
    private func apply(_ event: (inout Cluster, ClusterTime) -> [Directive]) {
        for directive in event(&cluster, time) {
            note(directive)
            direct.yield(directive)
        }
    }

    private func note(_ directive: Directive) {
        switch directive {
        case .openLink(let life, _): expected.insert(life)
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
        case .closeLink, .ping, .refuse, .stopSession: break
        }
    }
}

/// Events.
extension CoordinatorNode {
    /// Lets time pass.
    func tick() { apply { $0.tick(at: $1) } }

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
    func lossWasTold(of session: SessionLife) { cluster.lossWasTold(of: session) }

    /// A worker said that it has the session.
    func sessionBegan(_ placement: Placement) { cluster.sessionBegan(placement) }
}

/// Links.
extension CoordinatorNode {
    /// Takes a link into use, unless it is not wanted any more.
    func adopt(_ link: WorkerLink) -> Bool {
        guard expected.contains(link.life) else { return false }
        links[link.life] = link
        return true
    }

    /// Takes a link out of use.
    func release(_ life: WorkerLife) -> WorkerLink? {
        expected.remove(life)
        readyTold[life] = nil
        return links.removeValue(forKey: life)
    }

    /// The link to a life of a worker.
    func link(to life: WorkerLife) -> WorkerLink? { links[life] }

    /// The link to the sender of an answer.
    func link(toSender sender: Incarnation) -> [WorkerLink] {
        links.values.filter { $0.life.incarnation == sender }
    }
}

/// Ready sandboxes.
extension CoordinatorNode {
    /// What workers are to be told to keep ready, where that has changed.
    func readyOrders() -> [(link: WorkerLink, targets: [ReadyTarget])] {
        let serving = cluster.workers.filter { $0.isHealthy && links[$0.life] != nil }
        let weights = Dictionary(
            serving.map { ($0.life.worker, $0.capacity.weight) },
            uniquingKeysWith: { _, newer in newer }
        )
        let splits = pools.values.sorted { $0.name.text < $1.name.text }
            .filter { $0.readySessions > 0 }
            .map { pool in (pool: pool, counts: ReadySplit.counts(of: pool.readySessions, by: weights)) }
        return serving.compactMap { worker in
            let targets = splits.map {
                ReadyTarget(pool: $0.pool, count: $0.counts[worker.life.worker] ?? 0)
            }
            guard readyTold[worker.life] != targets, let link = links[worker.life] else { return nil }
            return (link, targets)
        }
    }

    /// A worker took an order.
    func readyOrderTaken(_ targets: [ReadyTarget], by life: WorkerLife) {
        guard links[life] != nil else { return }
        readyTold[life] = targets
    }
}

/// Sessions.
extension CoordinatorNode {
    /// Finds a pool.
    package func pool(named name: PoolName) throws(Failure) -> PoolConfiguration {
        guard let pool = pools[name] else {
            throw Failure(
                .sessionPoolNotFound,
                "There is no pool \(name). The pools are: "
                    + pools.keys.map(\.text).sorted().joined(separator: ", ") + "."
            )
        }
        return pool
    }

    /// Whether requests can be served now.
    package func unreadiness() -> Failure? { cluster.unreadiness(at: time) }

    /// Finds an identifier's session, or lets one begin.
    func place(_ key: SessionKey, in pool: PoolConfiguration) throws(Failure) -> Placement {
        noted(try cluster.place(key, most: pool.maxConcurrentSessions, at: time))
    }

    /// The worker certainly did not take the session; it goes to the next one.
    func placementRefused(_ placement: Placement) throws(Failure) -> Placement {
        noted(try cluster.placementRefused(placement, at: time))
    }

    /// The command never left; another request may have reached the worker all the same.
    func placementUnsent(_ placement: Placement) throws(Failure) -> Placement {
        noted(try cluster.placementUnsent(placement, at: time))
    }

    /// Ends an identifier's session.
    ///
    /// - Parameter key: the session's name.
    /// - Throws: `noSessionFound`, or `sessionLost` when that is why there is none.
    package func stopSession(_ key: SessionKey) throws(Failure) {
        for directive in try cluster.stopSession(key, at: time) { direct.yield(directive) }
    }

    /// Takes note of the generation that a new session was given.
    private func noted(_ answer: PlacementAnswer) -> Placement {
        if unrecorded.note(answer.placement.session.generation) { unrecordedArrived.yield() }
        return answer.placement
    }

    /// The workers, for those who operate the cluster.
    package var workers: [WorkerSummary] { cluster.workers }
}

extension CoordinatorNode: UnrecordedSource {
    func nextUnrecorded(most: Int) -> UnrecordedBatch { unrecorded.nextBatch(most: most) }

    func recorded(_ batch: UnrecordedBatch) { unrecorded.confirm(batch) }

    func rememberedEnds(of key: SessionKey) -> [EndedSessionRecord] {
        cluster.tombstones(of: key).map { EndedSessionRecord($0) }
    }
}

import ClusterState
import Domain

/// A coordinator's process: the product's `Cluster`, and what its actor makes of directives and events.
final class SimulatedCoordinator {
    /// What became of a question to a worker.
    enum Answer {
        case reply(WorkerReply)
        case notSent
        case unanswered
        case workerLost
    }

    let index: Int
    let name: String
    let simulation: Simulation
    private(set) var isRunning = false
    private(set) var incarnation = Incarnation(0)
    private(set) var directory: SimulatedDirectoryClient?
    var cluster = Cluster(start: ClusterTime(uptime: .zero, epochMilliseconds: 0), mayHaveSessions: false)
    private var clock = DriftingClock(start: 0, drift: 0)
    private var links: Set<WorkerLife> = []
    private var questions: [Int: (life: WorkerLife, done: (Answer) -> Void)] = [:]
    private var lastQuestion = 0
    /// The requests of clients that have no answer yet.
    var requests: [Int: ClientRequest] = [:]
    /// The identifiers for which the directory is being asked, and who waits for its answer.
    var placing: Set<SessionKey> = []
    var turns: [SessionKey: [() -> Void]] = [:]
    /// The requests that wait for a word on a worker.
    var waiting: [(placement: Placement, deadline: Duration, resume: () -> Void)] = []
    /// The ends that the directory does not have yet.
    var unrecorded: [Tombstone] = []
    var isRecording = false

    init(index: Int, in simulation: Simulation) {
        self.index = index
        self.simulation = simulation
        name = "c\(index)"
    }

    var uptime: Duration { clock.reading(at: simulation.now) }

    var time: ClusterTime {
        ClusterTime(uptime: uptime, epochMilliseconds: UInt64(simulation.now / 1_000))
    }

    private var isShared: Bool { simulation.settings.isShared }

    func start() {
        guard !isRunning else { return }
        isRunning = true
        incarnation = simulation.drawIncarnation()
        clock = DriftingClock(start: simulation.now, drift: simulation.drawDrift())
        cluster = Cluster(
            configuration: simulation.settings.cluster,
            start: time,
            mayHaveSessions: simulation.now > 0,
            sharing: isShared ? (name: name, incarnation: incarnation) : nil
        )
        simulation.ledger.note("coordinator starts", coordinator: index)
        carryOut(cluster.setDrains(simulation.operation.wishes))
        if isShared {
            directory = SimulatedDirectoryClient(of: self, in: simulation)
            directory?.start()
        }
        tick(incarnation)
    }

    /// The process is killed.
    func crash() {
        guard isRunning else { return }
        simulation.ledger.note("coordinator crashes", coordinator: index)
        isRunning = false
        directory?.disconnect()
        for request in requests.values { simulation.ledger.brokeOff(request) }
        (links, questions, requests, placing, turns) = ([], [:], [:], [], [:])
        (waiting, unrecorded, isRecording) = ([], [], false)
    }

    private func tick(_ life: Incarnation) {
        guard isRunning, incarnation == life else { return }
        if let directory {
            cluster.touched(
                directory.touchUntil.map { DirectoryTouch(until: $0, number: directory.touchNumber) }
            )
        }
        apply { $0.tick(at: $1) }
        wakeWaiting()
        // A large cluster looks at the clock less often.
        let interval = simulation.settings.scale == 1 ? 100 : 250
        simulation.after(simulation.settings.scaled(interval)) { [self] in tick(life) }
    }

    func apply(_ event: (inout Cluster, ClusterTime) -> [Directive]) {
        guard isRunning else { return }
        carryOut(event(&cluster, time))
    }

    func isLinked(_ life: WorkerLife) -> Bool { links.contains(life) }

    func workerAnnounced(_ announcement: WorkerAnnouncement) {
        apply { $0.workerAnnounced(announcement, at: $1) }
    }

    func directoryChanged(_ change: DirectoryChange) {
        apply { $0.directoryChanged(change, at: $1) }
        wakeWaiting()
    }

    /// Asks a worker something over the link to one of its lives.
    func ask(
        _ life: WorkerLife,
        _ command: WorkerCommand,
        within milliseconds: Int,
        _ done: @escaping (Answer) -> Void
    ) {
        guard let index = simulation.workerNumbers[life.worker] else { return }
        let worker = simulation.workers[index]
        let (own, node) = (SimulatedNetwork.Node.coordinator(self.index), SimulatedNetwork.Node.worker(index))
        lastQuestion += 1
        let number = lastQuestion
        let process = incarnation
        // Nobody listens there, or nobody can be reached: now and then that is seen at once.
        if !worker.isRunning || simulation.network.isCut(own, node), simulation.happens(500) {
            return simulation.after(simulation.settings.scaled(20)) { [self] in
                if isRunning, incarnation == process { done(.notSent) }
            }
        }
        questions[number] = (life, done)
        let take: (Answer) -> Void = { [self] answer in
            guard isRunning, incarnation == process else { return }
            questions.removeValue(forKey: number)?.done(answer)
        }
        let network = simulation.network
        network.send(own, node) {
            worker.receive(command, for: life) { reply in
                network.send(node, own) { take(.reply(reply)) }
            }
        }
        simulation.after(simulation.settings.scaled(milliseconds)) { take(.unanswered) }
    }
}

/// Directives.
extension SimulatedCoordinator {
    func carryOut(_ directives: [Directive]) {
        for directive in directives { carryOut(directive) }
    }

    private func carryOut(_ directive: Directive) {
        switch directive {
        case .openLink(let life, _):
            links.insert(life)
            sayHello(life)
        case .closeLink(let life):
            links.remove(life)
            let lost = questions.filter { $0.value.life == life }.sorted { $0.key < $1.key }
            for (number, _) in lost { questions[number] = nil }
            // Those who wait go on by themselves, after this.
            for (_, question) in lost {
                simulation.after(0) { [self, incarnation] in
                    if isRunning, self.incarnation == incarnation { question.done(.workerLost) }
                }
            }
        case .ping(let life, let ping): send(ping, to: life)
        case .refuse(let life, _, let failure): refuse(life, isStale: failure.code == .staleAddressee)
        case .stopSession(let placement): if links.contains(placement.worker) { stop(placement) }
        case .confirm(let placement): if links.contains(placement.worker) { confirm(placement) }
        case .keepTombstone(let tombstone):
            simulation.ledger.buried(tombstone, by: self)
            unrecorded.append(tombstone)
            record()
        case .hear(let life, let address, let revision, let sessions):
            hear(life, address: address, replacing: revision, sessions)
        case .unhear(let life, let revision): directory?.unhear(life, upTo: revision)
        case .declareLost(let record):
            simulation.ledger.note("is to be declared lost", worker: worker(record.life), coordinator: index)
            directory?.declareLost(record)
        case .markLost(let tombstones): directory?.end(tombstones.map(Self.makeRecord), isLoss: true) { _ in }
        case .takeLoss(let session):
            simulation.ledger.note(
                "mark is taken, for a client was told",
                key: session.key,
                coordinator: index
            )
            directory?.takeLoss(session, isOwed: false) { _ in }
        case .workerLost(let life, let sessions):
            simulation.ledger.note(
                "worker lost",
                worker: worker(life),
                coordinator: index,
                number: sessions.count
            )
        case .workerServes(let life):
            simulation.ledger.note("worker serves", worker: worker(life), coordinator: index)
        case .workerSuspected, .workerRecovered, .workerDrained: break
        }
    }

    private func worker(_ life: WorkerLife) -> Int? { simulation.workerNumbers[life.worker] }

    private func sayHello(_ life: WorkerLife) {
        ask(life, .hello, within: 5_000) { [self] answer in
            switch answer {
            case .reply(.sessions(let sessions)):
                apply { $0.helloAnswered(by: life, sessions: sessions, at: $1) }
            case .reply(.stale): apply { $0.lifeEnded(life, at: $1) }
            default: apply { cluster, _ in cluster.linkFailed(to: life) }
            }
        }
    }

    private func send(_ ping: Ping, to life: WorkerLife) {
        guard links.contains(life) else { return cluster.pingMissed(by: life) }
        ask(life, .ping(ping), within: 1_000) { [self] answer in
            switch answer {
            case .reply(.pong(let pong)): apply { $0.pingAnswered(by: life, pong, at: $1) }
            case .reply(.stale): apply { $0.lifeEnded(life, at: $1) }
            case .notSent:
                apply { cluster, _ in cluster.linkFailed(to: life) }
                cluster.pingMissed(by: life)
            default: cluster.pingMissed(by: life)
            }
        }
    }

    private func refuse(_ life: WorkerLife, isStale: Bool) {
        guard let index = worker(life) else { return }
        let worker = simulation.workers[index]
        simulation.network.send(.coordinator(self.index), .worker(index)) {
            worker.announcementRefused(isStale: isStale, addressee: life.incarnation)
        }
    }

    private func stop(_ placement: Placement) {
        let cause = cluster.stopCause(of: placement.session)
        simulation.ledger.stopWanted(placement.session, cause: cause)
        ask(placement.worker, .stop(placement.session, cause), within: 2_000) { [self] answer in
            switch answer {
            case .reply(.done), .reply(.stale): sessionEnded(placement, cause: cause)
            case .reply(.gone(let known)): sessionEnded(placement, cause: known ?? cause)
            default: break
            }
        }
    }

    func sessionEnded(_ placement: Placement, cause: EndCause) {
        apply { $0.sessionEnded(placement.session, on: placement.worker, cause: cause, at: $1) }
    }

    /// A worker said that it has a session; one that has no place there any more is ended.
    func sessionBegan(_ placement: Placement) {
        cluster.sessionBegan(placement)
        guard cluster.placement(of: placement.session.key)?.session != placement.session else { return }
        carryOut([.stopSession(placement)])
    }

    private func confirm(_ placement: Placement) {
        ask(placement.worker, .describe(placement.session), within: 2_000) { [self] answer in
            guard case .reply(.described(let isThere)) = answer else { return }
            if isThere { sessionBegan(placement) } else { stop(placement) }
        }
    }

    private func hear(
        _ life: WorkerLife,
        address: String,
        replacing revision: UInt64?,
        _ sessions: [SessionLife]?
    ) {
        directory?.hear(life, address: address, replacing: revision) { [self] hearing in
            switch hearing {
            case .heard(let record, let told):
                apply {
                    $0.workerHeard(life, record: record, hearing: told, sessions: sessions, at: $1)
                }
                wakeWaiting()
            case .superseded: apply { $0.workerSuperseded(life, address: address, at: $1) }
            case .changed, nil:
                if sessions != nil { apply { cluster, _ in cluster.linkFailed(to: life) } }
            }
        }
    }
}

import ClusterState
import Domain
import Lifecycle

/// A worker's process: leases, admission of sessions and epochs as in the product, machines played.
final class SimulatedWorker {
    let id: WorkerID
    let index: Int
    let simulation: Simulation
    private(set) var isRunning = false
    private var pausedUntil = 0
    private var backlog: [() -> Void] = []
    private(set) var life: WorkerLife
    private var clock = DriftingClock(start: 0, drift: 0)
    private var leases = CoordinatorLeases<WorkerInstant>()
    /// The sessions that it serves.
    private(set) var sessions: [SessionKey: SessionLife] = [:]
    /// Why sessions end whose machines are not gone yet; they take room.
    private var ending: [SessionLife: EndCause] = [:]
    /// Who waits for that.
    private var waiting: [SessionLife: [() -> Void]] = [:]
    private var newest: [SessionKey: (session: SessionLife, cause: EndCause)] = [:]
    private var ended: [SessionEnd] = []
    private var endedCount: UInt64 = 0

    init(id: WorkerID, index: Int, in simulation: Simulation) {
        self.id = id
        self.index = index
        self.simulation = simulation
        life = WorkerLife(worker: id, incarnation: Incarnation(0), epoch: WorkerEpoch(1))
    }

    private var instant: WorkerInstant { WorkerInstant(reading: clock.reading(at: simulation.now)) }

    /// Whether it would carry out a command for its sessions at this very moment.
    var isServing: Bool { isRunning && mayServe }

    private var mayServe: Bool { leases.isHeld(instant) }

    var isPaused: Bool { simulation.now < pausedUntil }

    func start() {
        guard !isRunning else { return }
        isRunning = true
        pausedUntil = 0
        backlog = []
        life = WorkerLife(worker: id, incarnation: simulation.drawIncarnation(), epoch: WorkerEpoch(1))
        clock = DriftingClock(start: simulation.now, drift: simulation.drawDrift())
        leases = CoordinatorLeases()
        (newest, ended, endedCount, ending, waiting) = ([:], [], 0, [:], [:])
        simulation.ledger.note("worker starts", worker: index)
        announce(life.incarnation)
        watch(life.incarnation)
    }

    /// The process is killed, and its machines with it.
    func crash() {
        guard isRunning else { return }
        simulation.ledger.note("worker crashes", worker: index)
        isRunning = false
        for session in sessions.values where ending[session] == nil {
            simulation.ledger.vanished(session, from: self)
        }
        sessions = [:]
    }

    /// The process is stopped for a time, and goes on.
    func pause(for microseconds: Int) {
        guard isRunning, !isPaused else { return }
        simulation.ledger.note("worker is stopped", worker: index, number: microseconds)
        pausedUntil = simulation.now + microseconds
        let incarnation = life.incarnation
        simulation.after(microseconds) { [self] in
            guard isRunning, life.incarnation == incarnation else { return }
            let waiting = backlog
            backlog = []
            for action in waiting { action() }
        }
    }

    /// Does something in this process, as soon as it goes on.
    private func run(in incarnation: Incarnation, _ action: @escaping () -> Void) {
        guard isRunning, life.incarnation == incarnation else { return }
        if isPaused { backlog.append(action) } else { action() }
    }

    private func announce(_ incarnation: Incarnation) {
        run(in: incarnation) { [self] in
            let silence: Duration = .milliseconds(1_000 * simulation.settings.scale)
            let since = WorkerInstant(reading: instant.reading - silence)
            if leases.callerCount(since: since) < simulation.coordinators.count {
                let announcement = WorkerAnnouncement(life: life, address: "", capacity: capacity)
                for coordinator in simulation.coordinators {
                    simulation.network.send(.worker(index), .coordinator(coordinator.index)) {
                        [simulation] in
                        simulation.coordinators[coordinator.index].workerAnnounced(announcement)
                    }
                }
            }
            simulation.after(simulation.settings.scaled(500)) { [self] in announce(incarnation) }
        }
    }

    private func watch(_ incarnation: Incarnation) {
        run(in: incarnation) { [self] in
            fenceIfLeaseIsLost()
            simulation.after(simulation.settings.scaled(200)) { [self] in watch(incarnation) }
        }
    }

    func fenceIfLeaseIsLost() {
        guard leases.expiry != nil, !mayServe else { return }
        beginNewEpoch()
    }

    /// A coordinator refused the announcement of a life.
    func announcementRefused(isStale: Bool, addressee: Incarnation) {
        run(in: addressee) { [self] in
            guard isStale, !leases.isHeld(instant) else { return }
            beginNewEpoch()
        }
    }

    private func beginNewEpoch() {
        simulation.ledger.note("worker fences itself", worker: index, number: sessions.count)
        leases.release()
        life = WorkerLife(worker: id, incarnation: life.incarnation, epoch: life.epoch.next)
        for session in sessions.values.sorted(by: { $0.generation < $1.generation }) {
            if ending[session] == nil { simulation.ledger.vanished(session, from: self) }
            finish(session, cause: .workerLost)
        }
        sessions = [:]
    }

    var capacity: WorkerCapacity { WorkerCapacity(sessions: simulation.settings.capacity, weight: 1) }

    /// A command arrives, for a life of this process or of another one.
    func receive(
        _ command: WorkerCommand,
        for addressee: WorkerLife,
        _ reply: @escaping (WorkerReply) -> Void
    ) {
        guard isRunning else { return }
        guard addressee.incarnation == life.incarnation else { return reply(.stale) }
        run(in: life.incarnation) { [self] in
            fenceIfLeaseIsLost()
            guard addressee.epoch == life.epoch else { return reply(.stale) }
            perform(command, reply)
        }
    }

    private func perform(_ command: WorkerCommand, _ reply: @escaping (WorkerReply) -> Void) {
        switch command {
        case .hello: reply(.sessions(sessions.values.sorted { $0.generation < $1.generation }))
        case .ping(let ping): reply(.pong(answer(to: ping)))
        case .execute(let session, let mayCreate, let execution):
            execute(session, mayCreate: mayCreate, execution, reply)
        case .stop(let session, let cause): stop(session, cause, reply)
        case .describe(let session):
            reply(.described(isThere: sessions[session.key] == session && ending[session] == nil))
        }
    }

    private func answer(to ping: Ping) -> PingAnswer {
        leases.renew(
            for: ping.lease,
            standing: ping.standing,
            since: ping.since.map { WorkerInstant(reading: $0) },
            now: instant
        )
        ended.removeAll { $0.number <= ping.endedAcknowledged }
        return PingAnswer(
            epoch: life.epoch,
            capacity: capacity,
            sessionCount: sessions.count,
            isAccepting: hasRoom,
            ended: Array(ended.prefix(100)),
            isInTouch: leases.isInTouch(instant),
            sentAt: instant.reading
        )
    }

    private var hasRoom: Bool {
        sessions.count + ending.keys.count { sessions[$0.key] != $0 } < simulation.settings.capacity
    }
}

/// Sessions.
extension SimulatedWorker {
    private func execute(
        _ session: SessionLife,
        mayCreate: Bool,
        _ execution: Int,
        _ reply: @escaping (WorkerReply) -> Void
    ) {
        guard mayServe else { return reply(.failed) }
        let key = session.key
        let admission = SessionAdmission.decide(
            requested: session.generation,
            live: sessions[key]?.generation,
            ended: newest[key]?.session.generation,
            mayCreate: mayCreate,
            hasRoom: hasRoom
        )
        switch admission {
        case .serve:
            if ending[session] != nil { return onceGone(session) { [self] in reply(gone(session)) } }
        case .create, .replace:
            if let present = sessions[key] {
                simulation.ledger.ended(present, cause: .stopped)
                finish(present, cause: .stopped)
            }
            sessions[key] = session
            simulation.ledger.created(session, on: self)
        case .stale, .unknown: return reply(gone(session))
        case .full:
            remember(session, cause: .startFailed)
            return reply(.full)
        }
        simulation.ledger.runs(execution, in: session, on: self)
        let incarnation = life.incarnation
        simulation.after(simulation.settings.scaled(simulation.random(5...200))) { [self] in
            run(in: incarnation) { [self] in
                reply(sessions[key] == session && ending[session] == nil ? .ran : .failed)
            }
        }
    }

    private func stop(_ session: SessionLife, _ cause: EndCause, _ reply: @escaping (WorkerReply) -> Void) {
        guard mayServe else { return reply(.failed) }
        simulation.ledger.stopWanted(session, cause: cause)
        guard sessions[session.key] == session else {
            let answer = gone(session)
            if sessions[session.key] == nil { remember(session, cause: .startFailed) }
            return reply(answer)
        }
        end(session, cause: cause)
        onceGone(session) { reply(.done) }
    }

    /// A session ends.
    func end(_ session: SessionLife, cause: EndCause) {
        run(in: life.incarnation) { [self] in
            guard sessions[session.key] == session, ending[session] == nil else { return }
            simulation.ledger.ended(session, cause: cause)
            finish(session, cause: cause)
        }
    }

    private func onceGone(_ session: SessionLife, _ action: @escaping () -> Void) {
        waiting[session, default: []].append(action)
    }

    /// Ends a session's machine, which is gone a little later.
    private func finish(_ session: SessionLife, cause: EndCause) {
        guard ending[session] == nil else { return }
        ending[session] = cause
        let incarnation = life.incarnation
        simulation.after(simulation.settings.scaled(simulation.random(1...200))) { [self] in
            run(in: incarnation) { [self] in
                ending[session] = nil
                if sessions[session.key] == session { sessions[session.key] = nil }
                endedCount += 1
                ended.append(SessionEnd(number: endedCount, session: session, cause: cause))
                remember(session, cause: cause)
                for action in waiting.removeValue(forKey: session) ?? [] { action() }
            }
        }
    }

    private func remember(_ session: SessionLife, cause: EndCause) {
        guard newest[session.key].map({ $0.session.generation < session.generation }) ?? true else { return }
        newest[session.key] = (session, cause)
    }

    private func gone(_ session: SessionLife) -> WorkerReply {
        let last = newest[session.key]
        return .gone(last?.session == session ? last?.cause : nil)
    }
}

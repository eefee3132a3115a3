import ClusterState
import Domain

/// What a coordinator and a worker say to each other in the simulation.
enum Mail {
    case announcement(WorkerAnnouncement)
    case hello(WorkerLife)
    case helloAnswer(WorkerLife, [SessionLife])
    case ping(WorkerLife, Ping)
    case pong(WorkerLife, PingAnswer)
    case execute(Placement)
    case executeAnswer(Placement, isTaken: Bool)
    case stop(Placement)
    case stopped(Placement)
    /// The address has another life than the one that was spoken to.
    case stale(WorkerLife)
}

/// A worker as the design wants it: it fences itself and refuses what is for another life.
struct SimulatedWorker {
    let name: WorkerID
    let capacity: Int
    private(set) var incarnation: UInt64
    private(set) var epoch: UInt64 = 0
    private(set) var sessions: [SessionKey: SessionGeneration] = [:]
    /// The greatest generation of each identifier that ended here or was refused; it never begins.
    private var endedGenerations: [SessionKey: SessionGeneration] = [:]
    private var unacknowledged: [SessionEnd] = []
    private var endedCount: UInt64 = 0
    private var leaseEnd: Duration?
    /// The coordinator's life that said hello last; others are former ones.
    private var coordinator: Int?

    init(name: WorkerID, capacity: Int, incarnation: UInt64) {
        self.name = name
        self.capacity = capacity
        self.incarnation = incarnation
    }

    var life: WorkerLife {
        WorkerLife(worker: name, incarnation: Incarnation(incarnation), epoch: WorkerEpoch(epoch))
    }

    /// The process is killed and another one begins.
    mutating func restart(incarnation: UInt64) {
        self = Self(name: name, capacity: capacity, incarnation: incarnation)
    }

    /// Before anything else: without a lease there are no sessions.
    mutating func checkLease(at now: Duration) {
        guard let end = leaseEnd, now >= end else { return }
        leaseEnd = nil
        epoch += 1
        sessions = [:]
        unacknowledged = []
        endedCount = 0
    }

    var isAnnouncing: Bool { leaseEnd == nil }

    var announcement: WorkerAnnouncement {
        WorkerAnnouncement(
            life: life,
            address: "tcp://\(name)",
            capacity: WorkerCapacity(sessions: capacity, weight: 1)
        )
    }

    mutating func end(_ key: SessionKey, _ cause: EndCause) {
        guard let generation = sessions.removeValue(forKey: key) else { return }
        endedGenerations[key] = generation
        endedCount += 1
        let session = SessionLife(key: key, generation: generation)
        unacknowledged.append(SessionEnd(number: endedCount, session: session, cause: cause))
    }

    mutating func receive(_ mail: Mail, from sender: Int, at now: Duration) -> Mail? {
        checkLease(at: now)
        switch mail {
        case .hello(let addressee):
            guard addressee == life else { return .stale(addressee) }
            if let coordinator, sender < coordinator { return nil }
            coordinator = sender
            let list = sessions.map { SessionLife(key: $0.key, generation: $0.value) }
            return .helloAnswer(life, list.sorted { $0.generation < $1.generation })
        case .ping(let addressee, let ping):
            guard addressee == life else { return .stale(addressee) }
            guard sender == coordinator else { return nil }
            leaseEnd = now + ping.lease
            unacknowledged.removeAll { $0.number <= ping.endedAcknowledged }
            let answer = PingAnswer(
                epoch: WorkerEpoch(epoch),
                capacity: WorkerCapacity(sessions: capacity, weight: 1),
                sessionCount: sessions.count,
                isAccepting: sessions.count < capacity,
                ended: unacknowledged
            )
            return .pong(life, answer)
        case .execute(let placement):
            let isTaken = sender == coordinator && take(placement)
            if !isTaken { close(placement.session) }
            return .executeAnswer(placement, isTaken: isTaken)
        case .stop(let placement):
            guard placement.worker == life, sender == coordinator else { return nil }
            if sessions[placement.session.key] == placement.session.generation {
                end(placement.session.key, .stopped)
            }
            close(placement.session)
            return .stopped(placement)
        default: return nil
        }
    }

    /// Sees to it that this life of a session never begins here.
    private mutating func close(_ session: SessionLife) {
        let former = endedGenerations[session.key] ?? SessionGeneration(0)
        endedGenerations[session.key] = max(former, session.generation)
    }

    private mutating func take(_ placement: Placement) -> Bool {
        let (key, generation) = (placement.session.key, placement.session.generation)
        guard placement.worker == life, leaseEnd != nil else { return false }
        if sessions[key] == generation { return true }
        guard placement.state == .placing, sessions[key] == nil, sessions.count < capacity,
            generation > endedGenerations[key] ?? SessionGeneration(0)
        else { return false }
        sessions[key] = generation
        return true
    }
}

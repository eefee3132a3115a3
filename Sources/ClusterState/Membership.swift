internal import Domain
internal import HashRing

/// Who belongs to the cluster, and the ring of those who do.
///
/// An announcement makes a candidate only: the message may be an old one that waited somewhere. The
/// answer to a hello proves that this life runs now, and makes it a member in place of a former one.
struct Membership: Sendable {
    private(set) var ring = HashRing()
    private var members: [WorkerID: Member] = [:]
    private var candidates: [WorkerID: Member] = [:]
    /// The last epoch of each process that was lost or replaced; it never comes back with it.
    private var former: [Incarnation: WorkerEpoch] = [:]
    private var formerQueue: AgedQueue<WorkerLife>
    private let configuration: ClusterConfiguration

    init(configuration: ClusterConfiguration) {
        self.configuration = configuration
        formerQueue = AgedQueue(countMax: configuration.workersMax * 8, age: configuration.memory)
    }

    /// The members in the order of their names.
    var inOrder: [Member] { ring.nodes.compactMap { members[$0] } }

    /// Those who are called but have not answered yet, in the order of their names.
    var joining: [Member] { candidates.values.sorted { $0.life.worker < $1.life.worker } }

    func member(_ worker: WorkerID) -> Member? { members[worker] }

    func isMember(_ life: WorkerLife) -> Bool { members[life.worker]?.life == life }

    /// Whether a worker serves and answers, be it full or not.
    func isHealthy(_ worker: WorkerID) -> Bool {
        members[worker]?.status == .serving && isReachable(worker)
    }

    /// Whether a worker answers, be it to be drained or not.
    func isReachable(_ worker: WorkerID) -> Bool {
        members[worker]?.isReachable(missesUntilUnhealthy: configuration.missesUntilUnhealthy) == true
    }

    /// What a life is told that was declared lost.
    static let lostBefore = Failure(
        .staleAddressee,
        "This life of the worker was declared lost; begin a new epoch."
    )

    /// Why an announcement is not followed, if it is not.
    func objection(to announcement: WorkerAnnouncement) -> Failure? {
        let life = announcement.life
        if !announcement.isCompatible {
            return Failure(.incompatibleVersion, "This coordinator speaks another version of the protocol.")
        }
        if former[life.incarnation] == WorkerEpoch(.max) {
            return Failure(
                .resourceNotFound,
                "This worker was removed from the cluster; restart it to have it join again."
            )
        }
        if let epoch = former[life.incarnation], life.epoch <= epoch {
            return Self.lostBefore
        }
        let isKnown = members[life.worker] != nil || candidates[life.worker] != nil
        guard isKnown || members.count + candidates.count < configuration.workersMax else {
            return Failure(
                .invalidConfiguration,
                "The cluster has \(configuration.workersMax) workers, its greatest number."
            )
        }
        return nil
    }

    /// Makes a candidate of who announced itself, unless that life is known already.
    mutating func call(_ announcement: WorkerAnnouncement, at now: Duration) -> [Directive] {
        let life = announcement.life
        guard !isMember(life), candidates[life.worker]?.life != life else { return [] }
        let displaced = candidates.updateValue(Member(announcement, at: now), forKey: life.worker)
        let closing = displaced.map { [Directive.closeLink($0.life)] } ?? []
        return closing + [.openLink(life, address: announcement.address)]
    }

    /// Gives up a candidate; its next announcement begins anew.
    mutating func dropCandidate(_ life: WorkerLife) -> Bool {
        guard candidates[life.worker]?.life == life else { return false }
        candidates[life.worker] = nil
        return true
    }

    /// Where a candidate is reached.
    func candidateAddress(_ life: WorkerLife) -> String? {
        isCandidate(life) ? candidates[life.worker]?.address : nil
    }

    func isCandidate(_ life: WorkerLife) -> Bool { candidates[life.worker]?.life == life }

    /// Makes a member of a candidate; the former life must be gone by then.
    ///
    /// - Parameters:
    ///   - life: the life.
    ///   - now: the present time.
    mutating func admit(_ life: WorkerLife, at now: Duration) {
        precondition(members[life.worker] == nil, "A replaced life is removed before its successor comes.")
        guard var member = candidates.removeValue(forKey: life.worker) else { return }
        member.serve(at: now)
        members[life.worker] = member
        ring.insert(life.worker, weight: member.capacity.weight)
    }

    /// Lets a member go that others may still hear; it can come back with the same life.
    mutating func leave(_ life: WorkerLife) {
        guard isMember(life) else { return }
        members[life.worker] = nil
        ring.remove(life.worker)
    }

    /// Removes a member's life for ever.
    mutating func remove(_ life: WorkerLife, at now: Duration) {
        guard isMember(life) else { return }
        members[life.worker] = nil
        ring.remove(life.worker)
        former[life.incarnation] = max(former[life.incarnation] ?? life.epoch, life.epoch)
        if let displaced = formerQueue.append(life, at: now) { forget(displaced) }
    }

    /// Never calls the process of a removed life again, whatever epoch it begins.
    mutating func ban(_ life: WorkerLife, at now: Duration) {
        let last = WorkerLife(worker: life.worker, incarnation: life.incarnation, epoch: WorkerEpoch(.max))
        former[life.incarnation] = last.epoch
        if let displaced = formerQueue.append(last, at: now) { forget(displaced) }
    }

    /// Changes a member; the ring follows its weight.
    @discardableResult
    mutating func update<Result>(_ worker: WorkerID, _ change: (inout Member) -> Result) -> Result? {
        guard var member = members[worker] else { return nil }
        let result = change(&member)
        members[worker] = member
        ring.insert(worker, weight: member.capacity.weight)
        return result
    }

    /// Forgets former lives that are too long ago to come back.
    mutating func expire(at now: Duration) {
        while let life = formerQueue.removeExpired(at: now) { forget(life) }
    }

    private mutating func forget(_ life: WorkerLife) {
        if former[life.incarnation] == life.epoch { former[life.incarnation] = nil }
    }
}

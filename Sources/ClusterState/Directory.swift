internal import Domain

/// Where every session is, and how many there are; the truth of the cluster.
struct Directory: Sendable {
    /// An entry and what only the directory needs to know of it.
    struct Entry: Sendable {
        var placement: Placement
        /// When a request last asked for it, while it is being placed.
        var since: Duration
        /// When the worker was last told to stop it.
        var stopToldAt: Duration?
        /// Why it is being stopped; nil while it is not.
        var stopCause: EndCause?
        /// Whether several requests were sent to the worker while it was being placed.
        var isShared = false
        /// The workers that refused it.
        var refusedBy: Set<WorkerID> = []
    }

    private var entries: [SessionKey: Entry] = [:]
    private var countByPool: [PoolName: Int] = [:]
    private var keysByWorker: [WorkerID: Set<SessionKey>] = [:]
    /// Sessions that lost a conflict and still have to be stopped at their workers.
    private var strays: [(placement: Placement, toldAt: Duration)] = []
    private var lastGeneration: SessionGeneration

    init(lastGeneration: SessionGeneration) { self.lastGeneration = lastGeneration }

    var count: Int { entries.count }

    func count(in pool: PoolName) -> Int { countByPool[pool] ?? 0 }

    func count(on worker: WorkerID) -> Int { keysByWorker[worker]?.count ?? 0 }

    func entry(_ key: SessionKey) -> Entry? { entries[key] }

    /// All placements, oldest generation first.
    var placements: [Placement] { Self.inOrder(entries.values.map(\.placement)) }

    /// A pool's placements, in no order.
    func placements(in pool: PoolName) -> [Placement] {
        entries.values.lazy.map(\.placement).filter { $0.session.key.pool == pool }
    }

    /// A worker's placements, oldest generation first.
    func placements(on worker: WorkerID) -> [Placement] {
        Self.inOrder(keysByWorker[worker, default: []].compactMap { entries[$0]?.placement })
    }

    /// The entries that match, oldest generation first.
    func entries(where matches: (Entry) -> Bool) -> [Entry] {
        entries.values.filter(matches).sorted { Self.comes($0.placement, before: $1.placement) }
    }

    /// A generation greater than every one before it, also than those of a former coordinator as far
    /// as it is known or the time of day went on.
    mutating func drawGeneration(at time: ClusterTime) -> SessionGeneration {
        lastGeneration = SessionGeneration(max(time.epochMilliseconds, lastGeneration.number + 1))
        return lastGeneration
    }

    /// Takes note of a generation that someone else gave; absurd ones would use up the numbers.
    mutating func note(_ generation: SessionGeneration) {
        guard generation.number < 1 << 62 else { return }
        lastGeneration = max(lastGeneration, generation)
    }

    /// Adds an entry for an identifier that has none.
    mutating func insert(_ placement: Placement, at now: Duration) {
        let key = placement.session.key
        precondition(entries[key] == nil, "An identifier has one session at most.")
        entries[key] = Entry(placement: placement, since: now)
        countByPool[key.pool, default: 0] += 1
        keysByWorker[placement.worker.worker, default: []].insert(key)
    }

    /// Moves an entry that its worker refused to another one, under a new generation.
    mutating func move(to placement: Placement, at now: Duration) {
        let key = placement.session.key
        guard let former = entries[key] else { return }
        let refusing = former.placement.worker.worker
        remove(key)
        insert(placement, at: now)
        update(key) { $0.refusedBy = former.refusedBy.union([refusing]) }
    }

    /// Removes an entry.
    mutating func remove(_ key: SessionKey) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        let left = count(in: key.pool) - 1
        countByPool[key.pool] = left > 0 ? left : nil
        let worker = entry.placement.worker.worker
        keysByWorker[worker]?.remove(key)
        if keysByWorker[worker]?.isEmpty == true { keysByWorker[worker] = nil }
    }

    /// Changes an entry; where it is and whose it is stay.
    mutating func update(_ key: SessionKey, _ change: (inout Entry) -> Void) {
        guard var entry = entries[key] else { return }
        change(&entry)
        entries[key] = entry
    }

    /// Notes a session that its worker was told to stop because the identifier has a later one.
    mutating func addStray(_ placement: Placement, at now: Duration) { strays.append((placement, now)) }

    mutating func removeStrays(where matches: (Placement) -> Bool) {
        strays.removeAll { matches($0.placement) }
    }

    /// The strays of which nothing was heard for an interval; from now on the next one counts.
    mutating func straysDue(at now: Duration, interval: Duration) -> [Placement] {
        var due: [Placement] = []
        for index in strays.indices where now - strays[index].toldAt >= interval {
            strays[index].toldAt = now
            due.append(strays[index].placement)
        }
        return due
    }

    private static func inOrder(_ placements: [Placement]) -> [Placement] {
        placements.sorted { comes($0, before: $1) }
    }

    /// An order that does not depend on the dictionary's, so that equal events give equal directives.
    private static func comes(_ first: Placement, before second: Placement) -> Bool {
        let (one, other) = (first.session, second.session)
        if one.generation != other.generation { return one.generation < other.generation }
        if one.key.pool != other.key.pool { return one.key.pool.text < other.key.pool.text }
        return one.key.identifier.text < other.key.identifier.text
    }
}

package import Domain

/// A worker that was lost and has not come back.
package struct AbsentWorker: Hashable, Sendable {
    /// Its last life.
    package let life: WorkerLife
    /// Where it was reached.
    package let address: String
    /// How much it could take.
    package let capacity: WorkerCapacity
    /// When it was heard last; counted from the coordinator's start.
    package let heardAt: Duration
}

/// The workers that were lost, for those who operate the cluster; bounded in number and age.
struct AbsentWorkers: Sendable {
    private var queue: AgedQueue<WorkerLife>
    private var byName: [WorkerID: AbsentWorker] = [:]

    init(countMax: Int, age: Duration) { queue = AgedQueue(countMax: countMax, age: age) }

    /// All of them in the order of their names.
    var inOrder: [AbsentWorker] { byName.values.sorted { $0.life.worker < $1.life.worker } }

    func holds(_ worker: WorkerID) -> Bool { byName[worker] != nil }

    /// Notes that a member was lost.
    mutating func add(_ member: Member, at now: Duration) {
        byName[member.life.worker] = AbsentWorker(
            life: member.life,
            address: member.address,
            capacity: member.capacity,
            heardAt: member.heardAt
        )
        if let displaced = queue.append(member.life, at: now) { forget(displaced) }
    }

    /// Forgets a worker: it is back, or nobody waits for it any more.
    mutating func remove(_ worker: WorkerID) { byName[worker] = nil }

    /// Forgets those who were lost too long ago.
    mutating func expire(at now: Duration) {
        while let life = queue.removeExpired(at: now) { forget(life) }
    }

    private mutating func forget(_ life: WorkerLife) {
        if byName[life.worker]?.life == life { byName[life.worker] = nil }
    }
}

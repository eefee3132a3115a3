import Domain

/// The directory that coordinators share, as its contract has it: linearizable, with revisions and leases.
final class SimulatedDirectory {
    struct Entry {
        let entry: DirectoryEntry
        let life: WorkerLife
        let call: Int
    }

    struct Hearing {
        let life: WorkerLife
        let revision: UInt64
        let lease: Int
    }

    unowned let simulation: Simulation
    private(set) var revision: UInt64 = 1
    private(set) var sessions: [SessionKey: Entry] = [:]
    private(set) var workers: [WorkerID: WorkerRecord] = [:]
    private(set) var hears: [WorkerID: [String: Hearing]] = [:]
    private(set) var coordinators: [String: (record: CoordinatorRecord, revision: UInt64)] = [:]
    private(set) var touches: [String: Int] = [:]
    private(set) var tombstones: [SessionLife: EndedSessionRecord] = [:]
    /// The sessions that count against the pool's limit.
    private(set) var placedCount = 0
    /// When leases end.
    private var leases: [Int: Int] = [:]
    private var lastLease = 0
    /// Until when it answers nobody.
    private(set) var isDown = false
    var watchers: [SimulatedDirectoryClient] = []

    init(_ simulation: Simulation) { self.simulation = simulation }

    // MARK: Leases

    var leaseLength: Int { simulation.settings.scaled(5_000) }

    func grant() -> Int {
        lastLease += 1
        leases[lastLease] = simulation.now + leaseLength
        watch(lastLease)
        return lastLease
    }

    func renew(_ lease: Int) -> Bool {
        guard leases[lease] != nil else { return false }
        leases[lease] = simulation.now + leaseLength
        return true
    }

    func isAlive(_ lease: Int) -> Bool { leases[lease] != nil }

    func revoke(_ lease: Int) {
        guard leases.removeValue(forKey: lease) != nil else { return }
        revision += 1
        for (name, held) in touches.sorted(by: { $0.key < $1.key }) where held == lease {
            touches[name] = nil
            tell(.inTouch(name, false))
        }
        for (worker, hearers) in hears.sorted(by: { $0.key < $1.key }) {
            for (name, hearing) in hearers.sorted(by: { $0.key < $1.key }) where hearing.lease == lease {
                hears[worker]?[name] = nil
                note("out of touch, not heard by", hearing.life, name, number: hearing.life.epoch.number)
                tell(.hears(worker, coordinator: name, nil))
            }
        }
    }

    private func watch(_ lease: Int) {
        guard let end = leases[lease] else { return }
        simulation.after(end - simulation.now) { [self] in
            guard let end = leases[lease] else { return }
            guard !isDown else {
                return simulation.after(simulation.settings.scaled(10)) { [self] in watch(lease) }
            }
            if simulation.now < end { watch(lease) } else { revoke(lease) }
        }
    }

    /// Begins or ends an outage; after one, leases begin anew, as etcd does it.
    func setDown(_ isDown: Bool) {
        if self.isDown, !isDown {
            for lease in leases.keys { leases[lease] = simulation.now + leaseLength }
        }
        self.isDown = isDown
    }

    // MARK: Coordinators and workers

    func register(_ record: CoordinatorRecord, replacing known: UInt64?, lease: Int) -> UInt64? {
        guard isAlive(lease), coordinators[record.name]?.revision == known else { return nil }
        revision += 1
        coordinators[record.name] = (record, revision)
        touches[record.name] = lease
        tell(.coordinator(record.name, record))
        tell(.inTouch(record.name, true))
        return revision
    }

    /// Shows that a coordinator is there; false when its record is another one.
    func touch(_ name: String, registration: UInt64, lease: Int) -> Bool {
        guard coordinators[name]?.revision == registration, isAlive(lease) else { return false }
        revision += 1
        touches[name] = lease
        tell(.inTouch(name, true))
        return true
    }

    func removeCoordinator(_ name: String) {
        guard touches[name] == nil, coordinators.removeValue(forKey: name) != nil else { return }
        revision += 1
        tell(.coordinator(name, nil))
    }

    /// Writes that a life is heard, and its record if that is new, unless the record has changed.
    func putHearing(
        _ life: WorkerLife,
        address: String,
        by name: String,
        since known: UInt64?,
        isNew: Bool,
        lease: Int
    ) -> (WorkerRecord, revision: UInt64)? {
        guard workers[life.worker]?.revision == known, isAlive(lease) else { return nil }
        revision += 1
        if isNew {
            let record = WorkerRecord(life: life, address: address, isLost: false, revision: revision)
            workers[life.worker] = record
            tell(.worker(life.worker, record))
        }
        note("heard by", life, name, number: life.epoch.number)
        hears[life.worker, default: [:]][name] = Hearing(life: life, revision: revision, lease: lease)
        tell(.hears(life.worker, coordinator: name, life))
        return workers[life.worker].map { ($0, revision) }
    }

    func removeHearing(_ worker: WorkerID, by name: String, since known: UInt64) -> Bool {
        guard let hearing = hears[worker]?[name], hearing.revision == known else { return false }
        revision += 1
        note("no more heard by", hearing.life, name, number: hearing.life.epoch.number)
        hears[worker]?[name] = nil
        tell(.hears(worker, coordinator: name, nil))
        return true
    }

    func declareLost(_ record: WorkerRecord) -> Bool {
        guard let present = workers[record.life.worker] else { return false }
        guard present.revision == record.revision, (hears[record.life.worker] ?? [:]).isEmpty else {
            return present.life == record.life && present.isLost
        }
        revision += 1
        let lost = WorkerRecord(life: record.life, address: record.address, isLost: true, revision: revision)
        workers[record.life.worker] = lost
        note("declared lost", record.life, "", number: record.life.epoch.number)
        tell(.worker(record.life.worker, lost))
        return true
    }

    /// Takes a worker out that was declared lost.
    func removeWorker(_ worker: WorkerID) -> Bool {
        guard workers[worker]?.isLost == true else { return false }
        revision += 1
        workers[worker] = nil
        tell(.worker(worker, nil))
        for name in (hears.removeValue(forKey: worker) ?? [:]).keys.sorted() {
            tell(.hears(worker, coordinator: name, nil))
        }
        return true
    }

    // MARK: Sessions

    func put(_ key: SessionKey, on worker: WorkerRecord, call: Int) -> DirectoryEntry {
        revision += 1
        if sessions[key]?.entry.place == .lost || sessions[key] == nil { placedCount += 1 }
        let session = SessionLife(key: key, generation: SessionGeneration(revision))
        let entry = DirectoryEntry(session: session, place: .placed(worker.life))
        sessions[key] = Entry(entry: entry, life: worker.life, call: call)
        tell(.session(key, entry))
        return entry
    }

    func removeSession(_ session: SessionLife) -> Bool {
        guard let present = sessions[session.key], present.entry.session == session else { return false }
        revision += 1
        if present.entry.place != .lost { placedCount -= 1 }
        sessions[session.key] = nil
        tell(.session(session.key, nil))
        return true
    }

    /// Takes sessions out, or marks them lost, and keeps their tombstones.
    func bury(_ records: [EndedSessionRecord], isLoss: Bool) {
        revision += 1
        for record in records {
            let session = record.session
            if tombstones[session] == nil { tombstones[session] = record }
            guard let present = sessions[session.key], present.entry.session == session,
                present.entry.place != .lost
            else { continue }
            placedCount -= 1
            if isLoss {
                simulation.ledger.note(
                    "is marked as lost",
                    key: session.key,
                    number: session.generation.number
                )
                let marked = SessionLife(key: session.key, generation: SessionGeneration(revision))
                let entry = DirectoryEntry(session: marked, place: .lost)
                sessions[session.key] = Entry(entry: entry, life: present.life, call: present.call)
                tell(.session(session.key, entry))
            } else {
                sessions[session.key] = nil
                tell(.session(session.key, nil))
            }
        }
    }

    // MARK: Telling

    var snapshot: DirectorySnapshot {
        DirectorySnapshot(
            sessions: sessions.values.map(\.entry).sorted { $0.session.generation < $1.session.generation },
            workers: workers.values.sorted { $0.life.worker < $1.life.worker },
            hears: hears.mapValues { $0.mapValues(\.life) },
            coordinators: coordinators.values.map(\.record).sorted { $0.name < $1.name },
            inTouch: Set(touches.keys)
        )
    }

    private func note(_ what: String, _ life: WorkerLife, _ name: String, number: UInt64) {
        simulation.ledger.note(
            what,
            worker: simulation.workerNumbers[life.worker],
            coordinator: Int(name.dropFirst()),
            number: number
        )
    }

    private func tell(_ kind: DirectoryChange.Kind) {
        for watcher in watchers { watcher.enqueue(DirectoryChange(revision: revision, kind: kind)) }
    }
}

internal import Domain
internal import Etcd

/// The life of a worker.
struct StoredLife: EtcdRecord {
    private let worker: String
    private let incarnation: UInt64
    private let epoch: UInt64

    init(_ life: WorkerLife) {
        worker = life.worker.text
        incarnation = life.incarnation.number
        epoch = life.epoch.number
    }

    var life: WorkerLife {
        get throws(Failure) {
            WorkerLife(
                worker: try WorkerID(worker),
                incarnation: Incarnation(incarnation),
                epoch: WorkerEpoch(epoch)
            )
        }
    }
}

/// ``DirectoryEntry``; the revision that wrote it is the session's generation.
struct StoredSession: EtcdRecord {
    private let pool: String
    private let identifier: String
    private let life: StoredLife
    /// Which of the pool's places it has; nil when it is lost.
    let slot: Int?
    private let lost: Bool?
    /// Tells the call that wrote it, so that one whose outcome was not told knows its own entry.
    let call: UInt64

    /// A session that a life has, or shall have.
    init(_ key: SessionKey, on life: WorkerLife, slot: Int?, call: UInt64) {
        (pool, identifier) = (key.pool.text, key.identifier.text)
        (self.life, self.slot, self.call) = (StoredLife(life), slot, call)
        lost = nil
    }

    private init(losing session: Self) {
        (pool, identifier) = (session.pool, session.identifier)
        (life, call) = (session.life, session.call)
        slot = nil
        lost = true
    }

    /// The same, lost.
    var marked: Self { Self(losing: self) }

    var isLost: Bool { lost ?? false }

    /// What it says, when it was written by a revision.
    func entry(at revision: Int64) throws(Failure) -> DirectoryEntry {
        DirectoryEntry(
            session: SessionLife(
                key: SessionKey(pool: try PoolName(pool), identifier: try SessionIdentifier(identifier)),
                generation: SessionGeneration(UInt64(clamping: revision))
            ),
            place: isLost ? .lost : .placed(try life.life)
        )
    }
}

/// ``WorkerRecord``, but for its revision.
struct StoredWorker: EtcdRecord {
    private let life: StoredLife
    private let address: String
    private let lost: Bool

    init(_ life: WorkerLife, at address: String, isLost: Bool) {
        self.life = StoredLife(life)
        self.address = address
        lost = isLost
    }

    func record(at revision: Int64) throws(Failure) -> WorkerRecord {
        WorkerRecord(
            life: try life.life,
            address: address,
            isLost: lost,
            revision: UInt64(clamping: revision)
        )
    }
}

/// ``CoordinatorRecord``.
struct StoredCoordinator: EtcdRecord {
    private let name: String
    private let incarnation: UInt64
    private let address: String
    private let version: String
    private let startedMilliseconds: UInt64

    init(_ record: CoordinatorRecord) {
        name = record.name
        incarnation = record.incarnation.number
        address = record.address
        version = record.version
        startedMilliseconds = record.startedMilliseconds
    }

    var record: CoordinatorRecord {
        CoordinatorRecord(
            name: name,
            incarnation: Incarnation(incarnation),
            address: address,
            version: version,
            startedMilliseconds: startedMilliseconds
        )
    }
}

extension EtcdEntry {
    /// What the entry says as a session's.
    var session: (stored: StoredSession, entry: DirectoryEntry) {
        get throws(StoreError) {
            let stored = try StoredSession.read(self)
            return (stored, try sound { () throws(Failure) in try stored.entry(at: modifyRevision) })
        }
    }

    /// What the entry says as a worker's record.
    var worker: WorkerRecord {
        get throws(StoreError) {
            let stored = try StoredWorker.read(self)
            return try sound { () throws(Failure) in try stored.record(at: modifyRevision) }
        }
    }

    /// What the entry says as a worker's life that is heard.
    var life: WorkerLife {
        get throws(StoreError) {
            let stored = try StoredLife.read(self)
            return try sound { () throws(Failure) in try stored.life }
        }
    }

    private func sound<Value>(_ body: () throws(Failure) -> Value) throws(StoreError) -> Value {
        do throws(Failure) { return try body() } catch {
            throw StoreError(.damaged, "The value of \(key) in etcd is none of Cloister's: \(error.message)")
        }
    }
}

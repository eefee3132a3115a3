package import Domain

/// The record of a session's end.
package struct Tombstone: Hashable, Sendable {
    /// The session that ended.
    package let session: SessionLife
    /// The worker that had it.
    package let worker: WorkerLife
    /// Why it ended.
    package let cause: EndCause
    /// When the coordinator learned of it.
    package let time: ClusterTime
}

/// The ends of sessions, so that none vanishes silently; bounded in number and age.
///
/// What the store has taken is soon forgotten here: the store tells it from then on, and memory does not grow with
/// the sessions of hours.
struct Tombstones: Sendable {
    private struct Entry {
        let tombstone: Tombstone
        var isWritten = false
    }

    private let age: Duration
    private var queue: AgedQueue<SessionLife>
    private var entries: [SessionLife: Entry] = [:]
    private var byKey: [SessionKey: [SessionLife]] = [:]

    /// Makes an empty memory.
    ///
    /// - Parameters:
    ///   - countMax: how many it keeps at most; the oldest give way.
    ///   - age: how long it keeps what the store has not taken.
    ///   - writtenAge: how long it keeps what the store has.
    init(countMax: Int, age: Duration, writtenAge: Duration) {
        self.age = age
        queue = AgedQueue(countMax: countMax, age: min(age, writtenAge))
    }

    /// How many there are.
    var count: Int { queue.count }

    /// The ends of an identifier's sessions, oldest first.
    func of(_ key: SessionKey) -> [Tombstone] {
        byKey[key, default: []].compactMap { entries[$0]?.tombstone }
    }

    /// Keeps a tombstone, unless there is one of that session already: ends are reported repeatedly.
    mutating func keep(_ tombstone: Tombstone) -> Bool {
        let session = tombstone.session
        guard entries[session] == nil else { return false }
        entries[session] = Entry(tombstone: tombstone)
        byKey[session.key, default: []].append(session)
        if let displaced = queue.append(session, at: tombstone.time.uptime) { forget(displaced) }
        return true
    }

    /// Notes that the store has a session's tombstone.
    mutating func written(_ session: SessionLife) { entries[session]?.isWritten = true }

    /// Forgets what is too old; what the store has not taken is looked at again later.
    mutating func expire(at now: Duration) {
        while let session = queue.removeExpired(at: now) {
            if let entry = entries[session], !entry.isWritten, now - entry.tombstone.time.uptime < age {
                _ = queue.append(session, at: now)
            } else {
                forget(session)
            }
        }
    }

    private mutating func forget(_ session: SessionLife) {
        entries[session] = nil
        byKey[session.key]?.removeAll { $0 == session }
        if byKey[session.key]?.isEmpty == true { byKey[session.key] = nil }
    }
}

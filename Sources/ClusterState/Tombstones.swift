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
struct Tombstones: Sendable {
    private var queue: AgedQueue<SessionLife>
    private var bySession: [SessionLife: Tombstone] = [:]
    private var byKey: [SessionKey: [SessionLife]] = [:]

    init(countMax: Int, age: Duration) {
        queue = AgedQueue(countMax: countMax, age: age)
    }

    /// How many there are.
    var count: Int { queue.count }

    /// The ends of an identifier's sessions, oldest first.
    func of(_ key: SessionKey) -> [Tombstone] { byKey[key, default: []].compactMap { bySession[$0] } }

    /// Keeps a tombstone, unless there is one of that session already: ends are reported repeatedly.
    mutating func keep(_ tombstone: Tombstone) -> Bool {
        let session = tombstone.session
        guard bySession[session] == nil else { return false }
        bySession[session] = tombstone
        byKey[session.key, default: []].append(session)
        if let displaced = queue.append(session, at: tombstone.time.uptime) { forget(displaced) }
        return true
    }

    /// Forgets what is too old.
    mutating func expire(at now: Duration) {
        while let session = queue.removeExpired(at: now) { forget(session) }
    }

    private mutating func forget(_ session: SessionLife) {
        bySession[session] = nil
        byKey[session.key]?.removeAll { $0 == session }
        if byKey[session.key]?.isEmpty == true { byKey[session.key] = nil }
    }
}

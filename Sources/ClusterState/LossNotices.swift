internal import Domain

/// The lost sessions whose clients do not know of it yet; bounded in number and age.
///
/// The rule: one clear error, then a new session. Without the error a client would go on in a fresh
/// session as if its variables were there.
struct LossNotices: Sendable {
    private var queue: AgedQueue<SessionLife>
    private var generations: [SessionKey: SessionGeneration] = [:]

    init(countMax: Int, age: Duration) {
        queue = AgedQueue(countMax: countMax, age: age)
    }

    /// How many clients are still to be told.
    var count: Int { generations.count }

    /// Notes that a session was lost.
    mutating func add(_ session: SessionLife, at now: Duration) {
        generations[session.key] = session.generation
        if let displaced = queue.append(session, at: now) { remove(displaced) }
    }

    /// Hands out the loss of an identifier's session, one single time.
    @discardableResult
    mutating func take(_ key: SessionKey) -> SessionGeneration? { generations.removeValue(forKey: key) }

    /// Removes the notice for a session of which the client was told otherwise.
    mutating func remove(_ session: SessionLife) {
        if generations[session.key] == session.generation { generations[session.key] = nil }
    }

    /// Forgets what is too old.
    mutating func expire(at now: Duration) {
        while let session = queue.removeExpired(at: now) { remove(session) }
    }
}

internal import Domain

/// The lost sessions whose clients do not know of it yet; bounded in number and age.
///
/// The rule: one clear error, then a new session. Without the error a client would go on in a fresh
/// session as if its variables were there.
struct LossNotices: Sendable {
    private var queue: AgedQueue<SessionLife>
    private var generations: [SessionKey: SessionGeneration] = [:]
    /// Those that several requests were sent to, or that had begun: something may have run in them.
    private var shared: Set<SessionLife> = []

    init(countMax: Int, age: Duration) {
        queue = AgedQueue(countMax: countMax, age: age)
    }

    /// How many clients are still to be told.
    var count: Int { generations.count }

    /// Notes that a session was lost.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - isShared: whether anything may have run in it that was not one single request.
    ///   - now: the present time.
    mutating func add(_ session: SessionLife, isShared: Bool, at now: Duration) {
        generations[session.key] = session.generation
        if isShared { shared.insert(session) }
        if let displaced = queue.append(session, at: now) { forget(displaced) }
    }

    /// Hands out the loss of an identifier's session, one single time.
    @discardableResult
    mutating func take(_ key: SessionKey) -> SessionGeneration? { generations.removeValue(forKey: key) }

    /// Removes the notice for a session of which the client was told otherwise.
    mutating func remove(_ session: SessionLife) {
        if generations[session.key] == session.generation { generations[session.key] = nil }
    }

    /// Removes the notice for a session that only one request was sent to, which certainly did not arrive.
    mutating func removeUnshared(_ session: SessionLife) {
        if !shared.contains(session) { remove(session) }
    }

    /// Forgets what is too old.
    mutating func expire(at now: Duration) {
        while let session = queue.removeExpired(at: now) { forget(session) }
    }

    private mutating func forget(_ session: SessionLife) {
        remove(session)
        shared.remove(session)
    }
}

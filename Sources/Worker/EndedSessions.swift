internal import Domain
internal import Wire

/// The sessions that ended at this worker and that its coordinator has not acknowledged yet.
struct EndedSessions: Sendable {
    /// Beyond this many the oldest are forgotten; a coordinator that is away for so long lists anew.
    private static let limit = 10_000
    /// How long it is remembered that an identifier's session ended: longer than any command for it may be on its way.
    static let age: Duration = .seconds(5 * 60)

    private var entries: [EndedSession] = []
    private var lastNumber: UInt64 = 0
    private var newest: [SessionKey: EndedSession] = [:]
    private var queue = AgedQueue<SessionLife>(countMax: limit, age: age)

    /// Notes an end.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - cause: why it ended.
    ///   - now: the present time, as a time since a fixed one.
    mutating func append(_ session: SessionLife, cause: EndCause, at now: Duration) {
        lastNumber += 1
        let entry = EndedSession(number: lastNumber, session: session, cause: cause)
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
        remember(entry, at: now)
    }

    /// Notes that a session was refused: the coordinator begins it elsewhere, so that it must not begin
    /// here by a command that is still on its way.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - now: the present time, as a time since a fixed one.
    mutating func refuse(_ session: SessionLife, at now: Duration) {
        remember(EndedSession(number: 0, session: session, cause: .startFailed), at: now)
    }

    private mutating func remember(_ entry: EndedSession, at now: Duration) {
        while let old = queue.removeExpired(at: now) { forget(old) }
        let session = entry.session
        let known = newest[session.key]
        guard known.map({ $0.session.generation < session.generation }) ?? true else { return }
        newest[session.key] = entry
        if let displaced = queue.append(session, at: now) { forget(displaced) }
    }

    private mutating func forget(_ session: SessionLife) {
        if newest[session.key]?.session == session { newest[session.key] = nil }
    }

    /// Forgets what the coordinator knows.
    ///
    /// - Parameter number: the number up to which it has seen them.
    mutating func acknowledge(upTo number: UInt64) {
        entries.removeAll { $0.number <= number }
    }

    /// The oldest that were not acknowledged, as many as go into one answer.
    var pending: [EndedSession] { Array(entries.prefix(WireLimits.endedPerPong)) }

    /// The newest session of an identifier that ended here.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: how it ended, if that is remembered.
    func newest(of key: SessionKey) -> EndedSession? {
        newest[key] ?? entries.last { $0.session.key == key }
    }
}

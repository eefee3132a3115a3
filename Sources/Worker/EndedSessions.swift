internal import Domain
internal import Wire

/// The sessions that ended at this worker and that its coordinator has not acknowledged yet.
struct EndedSessions: Sendable {
    /// Beyond this many the oldest are forgotten; a coordinator that is away for so long lists anew.
    private static let limit = 10_000

    private var entries: [EndedSession] = []
    private var lastNumber: UInt64 = 0
    private var newest: [SessionKey: EndedSession] = [:]
    private var order: [SessionKey] = []

    /// Notes an end.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - cause: why it ended.
    mutating func append(_ session: SessionLife, cause: EndCause) {
        lastNumber += 1
        let entry = EndedSession(number: lastNumber, session: session, cause: cause)
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
        remember(entry)
    }

    /// Notes that a session was refused: the coordinator begins it elsewhere, so that it must not begin
    /// here by a command that is still on its way.
    ///
    /// - Parameter session: the session.
    mutating func refuse(_ session: SessionLife) {
        remember(EndedSession(number: 0, session: session, cause: .startFailed))
    }

    private mutating func remember(_ entry: EndedSession) {
        let session = entry.session
        let known = newest[session.key]
        if known == nil { order.append(session.key) }
        if known.map({ $0.session.generation < session.generation }) ?? true { newest[session.key] = entry }
        if order.count > Self.limit { newest[order.removeFirst()] = nil }
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
    func newest(of key: SessionKey) -> EndedSession? { newest[key] }
}

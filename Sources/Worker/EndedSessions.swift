internal import Domain
internal import Wire

/// The sessions that ended at this worker and that its coordinator has not acknowledged yet.
struct EndedSessions: Sendable {
    /// Beyond this many the oldest are forgotten; a coordinator that is away for so long lists anew.
    private static let limit = 10_000

    private var entries: [EndedSession] = []
    private var lastNumber: UInt64 = 0
    private var newestGeneration: [SessionKey: SessionGeneration] = [:]
    private var order: [SessionKey] = []

    /// Notes an end.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - cause: why it ended.
    mutating func append(_ session: SessionReference, cause: EndCause) {
        lastNumber += 1
        entries.append(EndedSession(number: lastNumber, session: session, cause: cause))
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
        if newestGeneration[session.key] == nil { order.append(session.key) }
        newestGeneration[session.key] = max(
            newestGeneration[session.key] ?? session.generation,
            session.generation
        )
        if order.count > Self.limit { newestGeneration[order.removeFirst()] = nil }
    }

    /// Forgets what the coordinator knows.
    ///
    /// - Parameter number: the number up to which it has seen them.
    mutating func acknowledge(upTo number: UInt64) {
        entries.removeAll { $0.number <= number }
    }

    /// The oldest that were not acknowledged, as many as go into one answer.
    var pending: [EndedSession] { Array(entries.prefix(WireLimits.endedPerPong)) }

    /// The newest generation of an identifier that ended here.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: the generation, if one is remembered.
    func newest(of key: SessionKey) -> SessionGeneration? { newestGeneration[key] }
}

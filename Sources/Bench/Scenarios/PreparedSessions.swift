internal import APIModel
internal import Client

/// Sessions that were made and used before a measurement begins.
actor PreparedSessions {
    /// A session and what is known of it.
    struct Session: Hashable, Sendable {
        /// Its identifier.
        let identifier: String
        /// The number that it keeps.
        let kept: Int
        /// The name of its life.
        let instance: String
    }

    /// How many executions a session has behind it: the first ones pay for code that was never translated.
    private static let warmingExecutions = 20
    /// How many sessions are made at the same time.
    private static let makers = 4

    private let target: BenchTarget
    private let count: Int
    private var sessions: [Session] = []

    /// Plans sessions; none is made yet.
    ///
    /// - Parameters:
    ///   - target: the pool.
    ///   - count: how many.
    init(_ target: BenchTarget, count: Int) {
        self.target = target
        self.count = count
    }

    /// Makes the sessions, once.
    ///
    /// - Throws: why one could not be made.
    func make() async throws {
        guard sessions.isEmpty else { return }
        sessions = try await withThrowingTaskGroup(of: [Session].self) { [target, count] group in
            for maker in 0..<Self.makers {
                group.addTask {
                    var made: [Session] = []
                    for number in stride(from: maker, to: count, by: Self.makers) {
                        made.append(try await Self.session(number, of: target))
                    }
                    return made
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// The session for a slot.
    ///
    /// - Parameter slot: any number.
    /// - Returns: one of the sessions, always the same.
    func session(for slot: Int) -> Session { sessions[slot % sessions.count] }

    private static func session(_ number: Int, of target: BenchTarget) async throws -> Session {
        let identifier = target.identifier("warm", number)
        let kept = BenchTarget.nonce()
        let first = try await target.execute(
            target.language.keeping(kept),
            printing: kept,
            in: identifier,
            instance: nil
        )
        let session = Session(identifier: identifier, kept: kept, instance: first.sessionInstance)
        for _ in 0..<warmingExecutions { try await target.add(in: session) }
        return session
    }
}

extension BenchTarget {
    /// Has a session add a number to the one that it keeps: what comes back is right in this session only.
    ///
    /// - Parameter session: the session.
    /// - Returns: the answer.
    /// - Throws: why there is none, or what is wrong with it.
    @discardableResult
    func add(in session: PreparedSessions.Session) async throws -> ExecutionResponse {
        let number = Self.nonce()
        return try await execute(
            language.adding(number),
            printing: session.kept + number,
            in: session.identifier,
            instance: session.instance
        )
    }
}

internal import APIModel
package import Client

/// The pool that is measured, and what is believed of its answers.
package struct BenchTarget: Sendable {
    /// How long the end of a run's sessions may take.
    private static let tidyingTime: Duration = .seconds(60)
    /// How many sessions are ended at the same time.
    private static let enders = 8

    /// Speaks to the cluster.
    let client: CloisterClient
    /// The pool's name.
    let pool: String
    /// In what its sandboxes are asked to compute.
    let language: Language
    /// How long an execution may take.
    let timeout: Duration
    /// The sessions that are there because of this run.
    let sessions = LivingSessions()
    /// What tells this run's sessions from others.
    private let run = String(UInt64.random(in: 0...UInt64.max), radix: 36)

    /// Chooses a pool.
    ///
    /// - Parameters:
    ///   - client: speaks to the cluster.
    ///   - pool: the pool's name.
    ///   - language: in what its sandboxes are asked to compute.
    ///   - timeout: how long an execution may take, in whole seconds.
    package init(client: CloisterClient, pool: String, language: Language, timeout: Duration) {
        self.client = client
        self.pool = pool
        self.language = language
        self.timeout = timeout
    }

    /// The identifier of a session of this run.
    ///
    /// - Parameters:
    ///   - kind: what it is for.
    ///   - number: which one.
    /// - Returns: the identifier.
    func identifier(_ kind: String, _ number: Int) -> String { "bench-\(run)-\(kind)-\(number)" }

    /// A number that nobody can have answered before it was asked for.
    static func nonce() -> Int { Int.random(in: 1_000_000..<1_000_000_000) }

    /// Runs something that prints a number, and checks the answer.
    ///
    /// - Parameters:
    ///   - order: what to run.
    ///   - number: what it prints.
    ///   - identifier: the session's identifier.
    ///   - instance: the life of the session that it must be; nil when it must begin with this.
    /// - Returns: the answer.
    /// - Throws: why there is none, or what is wrong with it.
    @discardableResult
    func execute(
        _ order: ExecutionOrder,
        printing number: Int,
        in identifier: String,
        instance: String?
    ) async throws -> ExecutionResponse {
        await sessions.began(identifier)
        let answer = try await client.execute(order, identifier: identifier, pool: pool, timeout: timeout)
        guard !answer.stateWasLost else {
            throw BenchFailure(code: "StateLost", "The session has lost its variables.")
        }
        guard answer.resource.standardOutput == "\(number)\n" else {
            let said = answer.resource.standardOutput + answer.resource.standardError
            throw BenchFailure(
                code: "WrongOutput",
                "\(identifier) was to print \(number) and printed \(said.prefix(200).debugDescription)."
            )
        }
        let isRight = instance.map { $0 == answer.sessionInstance } ?? answer.isNewSession
        guard isRight, answer.resource.identifier == identifier else {
            throw BenchFailure(code: "WrongSession", "Another session has answered than \(identifier).")
        }
        return answer
    }

    /// Ends a session.
    ///
    /// - Parameter identifier: its identifier.
    /// - Throws: why it could not be ended.
    func stop(_ identifier: String) async throws {
        try await client.stopSession(identifier, pool: pool)
        await sessions.ended(identifier)
    }

    /// Ends all sessions of this run, several at a time; what does not arrive within a minute ends by the cooldown.
    ///
    /// It is carried out also when the task is cancelled.
    func stopAll() async {
        let left = await sessions.all
        let ending = Task {
            try? await CloisterClient.within(Self.tidyingTime) { () throws(ClientError) in
                await withDiscardingTaskGroup { group in
                    for ender in 0..<Self.enders {
                        group.addTask {
                            for place in stride(from: ender, to: left.count, by: Self.enders) {
                                try? await stop(left[place])
                            }
                        }
                    }
                }
            }
        }
        await ending.value
    }
}

/// The sessions that a run has made and not ended yet.
actor LivingSessions {
    private var identifiers: Set<String> = []

    /// A session may be there from now on.
    func began(_ identifier: String) { identifiers.insert(identifier) }

    /// A session is there no more.
    func ended(_ identifier: String) { identifiers.remove(identifier) }

    /// All that are there.
    var all: [String] { identifiers.sorted() }
}

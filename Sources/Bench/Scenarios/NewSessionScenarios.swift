internal import Client

/// Time to interactive: from the first request of a new identifier to its result.
struct InteractiveScenario: Scenario {
    let target: BenchTarget

    func prepare() async throws {}

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let began = ContinuousClock.now
        let answer = try await target.begin("tti", turn.number)
        return Observation(
            parts: ["first result, \(answer.origin)": ContinuousClock.now - began],
            stages: answer.stages
        )
    }

    // The next operation shall not find the machine full of sessions that nobody uses.
    func tidy(_ turn: Schedule.Turn) async { try? await target.stop(target.identifier("tti", turn.number)) }
}

/// A session's whole life: create, execute, destroy.
struct ChurnScenario: Scenario {
    let target: BenchTarget

    func prepare() async throws {}

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let began = ContinuousClock.now
        let answer = try await target.begin("churn", turn.number)
        let ran = ContinuousClock.now
        try await target.stop(target.identifier("churn", turn.number))
        return Observation(
            parts: ["first result, \(answer.origin)": ran - began, "stop": ContinuousClock.now - ran],
            stages: answer.stages
        )
    }
}

extension BenchTarget {
    /// Begins a session with an execution.
    ///
    /// - Parameters:
    ///   - kind: what the session is for.
    ///   - number: which one.
    /// - Returns: the answer.
    /// - Throws: why there is none, or what is wrong with it.
    fileprivate func begin(_ kind: String, _ number: Int) async throws -> ExecutionResponse {
        let first = Self.nonce()
        let second = Self.nonce()
        return try await execute(
            language.sum(first, second),
            printing: first + second,
            in: identifier(kind, number),
            instance: nil
        )
    }
}

extension ExecutionResponse {
    /// Where the machine of a new session came from, as its stages tell.
    var origin: String { stages["reseed"] == nil ? "ready machine" : "cloned for it" }
}

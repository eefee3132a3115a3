internal import Client

/// Executions in sessions that are there.
struct WarmScenario: Scenario {
    let target: BenchTarget
    let sessions: PreparedSessions

    var executors: [any TaskExecutor] { target.client.executors }

    func prepare() async throws { try await sessions.make() }

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let answer = try await target.add(in: await sessions.session(for: turn.slot))
        return Observation(stages: answer.stages)
    }
}

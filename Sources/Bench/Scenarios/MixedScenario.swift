/// A mix of other scenarios by weights.
struct MixedScenario: Scenario {
    let weights: MixWeights
    /// The scenarios by name.
    let parts: [String: any Scenario]

    func prepare() async throws {
        for (name, part) in parts where weights.weights[name, default: 0] > 0 { try await part.prepare() }
    }

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let name = weights.choice(for: turn.number)
        guard let part = parts[name] else {
            throw BenchFailure(code: "Other", status: nil, "There is no scenario \(name).")
        }
        let began = ContinuousClock.now
        var observation = try await part.perform(turn)
        // The parts' own parts are told by their own scenarios; stages of one kind only make sense together.
        observation.parts = [name: ContinuousClock.now - began]
        if name != "warm" { observation.stages = [:] }
        return observation
    }

    func tidy(_ turn: Schedule.Turn) async {
        await parts[weights.choice(for: turn.number)]?.tidy(turn)
    }
}

internal import Client

/// One client that waits for each answer before it sends the next request.
struct Executions {
    let target: Target
    let count: Int
    let pause: Duration
    let inNewSessions: Bool

    /// Measures and prints; new sessions from ready machines and from clones apart.
    func run() async throws {
        let warm = target.identifier(0)
        // The first execution of a session pays for cold translated code; it is not the warm case.
        if !inNewSessions { for _ in 0..<20 { try await execute(in: warm, isNew: nil) } }
        var samples: [String: Samples] = [:]
        for number in 1...count {
            if pause > .zero { try await Task.sleep(for: pause) }
            let identifier = inNewSessions ? target.identifier(number) : warm
            let started = ContinuousClock.now
            let answer = try await execute(in: identifier, isNew: inNewSessions)
            var times = Samples()
            times.add(started.duration(to: .now), for: "client, whole")
            for (stage, milliseconds) in answer.stages {
                times.add(.microseconds(Int64(milliseconds * 1_000)), for: stage)
            }
            samples[kind(of: answer), default: Samples()].add(times)
        }
        for (kind, samples) in samples.sorted(by: { $0.key < $1.key }) {
            print("\(kind):\n\n\(samples.table)\n")
        }
    }

    @discardableResult
    private func execute(in identifier: String, isNew: Bool?) async throws -> ExecutionResponse {
        try await target.execute("print(1)", printing: "1", in: identifier, isNew: isNew)
    }

    private func kind(of answer: ExecutionResponse) -> String {
        guard inNewSessions else { return "existing session" }
        return answer.stages["reseed"] == nil
            ? "new session, machine ready" : "new session, machine cloned for it"
    }
}

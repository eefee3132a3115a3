internal import Client

/// Sessions that begin, are used once and are stopped, without a pause.
struct Churn {
    let target: Target
    let duration: Duration
    let clients: Int

    /// What the clients have seen.
    private struct Tally: Sendable {
        var sessions = 0
        var samples = Samples()
        var errors: [String: Int] = [:]

        mutating func add(_ other: Tally) {
            sessions += other.sessions
            samples.add(other.samples)
            errors.merge(other.errors, uniquingKeysWith: +)
        }
    }

    /// Measures and prints.
    func run() async throws {
        let began = ContinuousClock.now
        let deadline = began + duration
        let tally = await withTaskGroup(of: Tally.self) { group in
            for client in 0..<clients { group.addTask { await churn(client, until: deadline) } }
            return await group.reduce(into: Tally()) { $0.add($1) }
        }
        let seconds = began.duration(to: .now) / .seconds(1)
        print(
            """
            \(tally.sessions) sessions in \(seconds) s with \(clients) clients: \
            \(Double(tally.sessions) / seconds) sessions/s
            errors: \(tally.errors.isEmpty ? "none" : "\(tally.errors)")

            \(tally.samples.table)

            """
        )
    }

    private func churn(_ client: Int, until deadline: ContinuousClock.Instant) async -> Tally {
        var tally = Tally()
        var number = client
        while ContinuousClock.now < deadline {
            let identifier = target.identifier(number)
            do {
                let began = ContinuousClock.now
                let answer = try await target.execute(
                    "print(\(number) ** 2)",
                    printing: "\(number * number)",
                    in: identifier,
                    isNew: true
                )
                let ran = ContinuousClock.now
                try await target.client.stopSession(identifier, pool: "python")
                let stopped = ContinuousClock.now
                tally.sessions += 1
                let kind = answer.stages["reseed"] == nil ? "ready" : "cloned"
                tally.samples.add(began.duration(to: ran), for: "create and execute, \(kind)")
                tally.samples.add(ran.duration(to: stopped), for: "stop")
                tally.samples.add(began.duration(to: stopped), for: "whole")
            } catch {
                let name = (error as? ClientError).map { "\($0.kind) \($0.code)" } ?? "\(error)"
                tally.errors[name, default: 0] += 1
            }
            number += clients
        }
        return tally
    }
}

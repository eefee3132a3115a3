import Domain
import SeededRandomness
import TestSupport
import Testing
import Transport

@Suite("A storm of failures", .serialized)
struct StormTests {
    @Test(
        "Nothing is run twice, nothing is run that was refused, and all is well afterwards",
        arguments: [(line: Line.memory, seed: UInt64(1)), (.sockets, 2)]
    )
    func storm(line: Line, seed: UInt64) async throws {
        try await PlayedNodes.with(
            over: line.post,
            {
                $0.workers = 3
                $0.capacity = 12
                $0.pool.lifecycle = .timed(cooldown: .milliseconds(300))
            }
        ) { nodes in
            let chaos = Task { await Self.killWorkers(of: nodes, seed: seed) }
            let outcomes = try await withThrowingTaskGroup(of: [String: FailureCode?].self) { group in
                for client in 0..<8 {
                    group.addTask { try await Self.ask(nodes, client: client, seed: seed) }
                }
                return try await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
            }
            chaos.cancel()
            await chaos.value
            let orders = nodes.orders
            #expect(Set(orders).count == orders.count, "nothing was run twice")
            // These say that nothing was run.
            let refusals: Set<FailureCode> = [
                .noWorkerAvailable, .notReady, .sessionsCountExceedsLimit, .tooManyRequests, .staleAddressee,
            ]
            for (code, failure) in outcomes {
                switch failure {
                case nil: #expect(orders.contains(code), "it was answered, so it was run")
                case let failure?:
                    if refusals.contains(failure) { #expect(!orders.contains(code), "\(failure.name)") }
                    #expect(failure != .internalError && failure != .staleAddressee)
                }
            }
            try await nodes.waitUntilServing(3)
            for number in 0..<20 {
                let code = "after \(number)"
                #expect(try await nodes.insist(code, in: "session-\(number)").report.text == code)
            }
        }
    }

    /// Kills workers and starts them again until cancelled; in the end all run.
    private static func killWorkers(of nodes: PlayedNodes, seed: UInt64) async {
        var generator = SeededGenerator(seed: seed)
        while !Task.isCancelled {
            let victim = Int.random(in: 0..<3, using: &generator)
            await nodes.killWorker(victim)
            try? await Task.sleep(for: .milliseconds(.random(in: 0...150, using: &generator)))
            await nodes.startWorker(victim)
            try? await Task.sleep(for: .milliseconds(.random(in: 100...600, using: &generator)))
        }
    }

    private static func ask(
        _ nodes: PlayedNodes,
        client: Int,
        seed: UInt64
    ) async throws -> [String: FailureCode?] {
        var outcomes: [String: FailureCode?] = [:]
        var generator = SeededGenerator(seed: seed &* 1_000 &+ UInt64(client))
        for turn in 0..<30 {
            let verb =
                ["say", "say", "say", "say", "crash", "hang"].randomElement(using: &generator) ?? "say"
            let code = "\(verb) \(client) \(turn)"
            let identifier = "session-\(Int.random(in: 0..<20, using: &generator))"
            let request = Task { () -> Result<String, Failure> in
                do throws(Failure) {
                    return .success(
                        try await nodes.run(code, in: identifier, timeout: .milliseconds(300)).text
                    )
                } catch {
                    return .failure(error)
                }
            }
            let isPatient = Int.random(in: 0..<5, using: &generator) > 0
            if !isPatient {
                try await Task.sleep(for: .microseconds(.random(in: 0...20_000, using: &generator)))
                request.cancel()
            }
            switch await request.value {
            case .success(let text):
                if verb == "say" { #expect(text == code) }
                outcomes.updateValue(nil, forKey: code)
            case .failure(let failure):
                if isPatient { outcomes.updateValue(failure.code, forKey: code) }
                // A client that is told to wait does, or the storm would be over before it begins.
                if failure.retryAfterSeconds != nil { try await Task.sleep(for: .milliseconds(20)) }
            }
        }
        return outcomes
    }
}

import APIModel
import Client
import Foundation
import Glibc
import Testing

/// What the product promises of sessions, with three workers as a user starts them.
@Suite("Sessions in a cluster of three workers", .enabled(if: RunningCluster.isPossible), .serialized)
struct SessionTests {
    @Test("Identifiers keep their own variables, on whichever worker they are")
    func variables() async throws {
        try await RunningCluster.with(workers: 3) { cluster in
            try await cluster.run("x = 41", in: "first-one")
            try await cluster.run("x = 'other'", in: "second-one")
            let sum = try await cluster.run("x + 1", in: "first-one")
            #expect(sum.resource.result == .integer(42))
            let other = try await cluster.run("x", in: "second-one")
            #expect(other.resource.result.text == "'other'" || other.resource.result.text == "other")
            let stranger = try await cluster.run("x", in: "third-one")
            #expect(stranger.resource.status == "Failed")
            #expect(stranger.resource.standardError.contains("NameError"))
        }
    }

    @Test("An endless loop is interrupted by its time-out and the variables survive")
    func timeout() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            try await cluster.run("kept = [1, 2, 3]", in: "looping")
            let started = ContinuousClock.now
            let looped = try await cluster.run("while True: pass", in: "looping", timeout: .seconds(2))
            #expect(started.duration(to: .now) < .seconds(30), "not the two minutes of the default")
            #expect(looped.resource.status == "Failed")
            #expect(looped.resource.standardError.contains("timed out"))
            #expect(!looped.stateWasLost)
            let kept = try await cluster.run("sum(kept)", in: "looping")
            #expect(kept.resource.result == .integer(6))
        }
    }

    @Test("Sixty identifiers spread over three workers; killing one worker costs its own sessions only")
    func spreadAndLoss() async throws {
        try await RunningCluster.with(workers: 3) { cluster in
            let identifiers = (0..<60).map { "identifier-\($0)" }
            try await forEach(identifiers) { identifier in
                let set = try await cluster.run("mine = '\(identifier)'", in: identifier)
                #expect(set.isNewSession)
                #expect(set.resource.status == "Succeeded")
            }
            let instances = try await forEach(identifiers) { identifier in
                let found = try await cluster.run("mine", in: identifier)
                #expect(found.resource.result.text?.contains(identifier) == true)
                #expect(!found.isNewSession)
                return found.sessionInstance
            }
            #expect(Set(instances.values).count == 60)

            let workers = cluster.workers
            let shares = workers.map { Processes.machines(of: $0) }
            #expect(workers.count == 3)
            #expect(shares.reduce(0, +) == 60)
            #expect(shares.allSatisfy { $0 > 0 }, "each worker has a share: \(shares)")

            let machines = Processes.family(of: workers[0])
            kill(workers[0], SIGKILL)
            #expect(await Processes.waitForEnd(of: machines, within: .seconds(5)).isEmpty)
            let answers = try await forEach(identifiers) { identifier in
                await answer(of: cluster, to: identifier)
            }
            let lost = answers.filter { $0.value == "SessionLost" }
            #expect(lost.count == shares[0], "as many are lost as the worker had: \(answers)")
            #expect(answers.values.filter { $0 == "untouched" }.count == 60 - shares[0])

            // The error comes once; then the identifier has a new session.
            try await forEach(Array(lost.keys)) { identifier in
                let anew = try await cluster.run("'mine' in globals()", in: identifier)
                #expect(anew.isNewSession)
                #expect(anew.resource.result == .boolean(false))
            }
        }
    }

    /// What an identifier's owner sees after the loss of a worker.
    private func answer(of cluster: RunningCluster, to identifier: String) async -> String {
        while true {
            do {
                let found = try await cluster.run("mine", in: identifier)
                return found.resource.result.text?.contains(identifier) == true
                    ? "untouched" : "wrong session"
            } catch let error as ClientError where error.status == 503 {
                // Until the worker is declared lost, its sessions are merely unreachable: try again.
                try? await Task.sleep(for: .seconds(error.retryAfterSeconds ?? 1))
            } catch {
                return (error as? ClientError)?.code ?? "\(error)"
            }
        }
    }

    /// Does something for each identifier, eight at a time.
    @discardableResult
    private func forEach<Value: Sendable>(
        _ identifiers: [String],
        _ body: @escaping @Sendable (String) async throws -> Value
    ) async throws -> [String: Value] {
        try await withThrowingTaskGroup(of: (String, Value).self) { group in
            var rest = identifiers[...]
            var values: [String: Value] = [:]
            for _ in 0..<8 {
                guard let next = rest.popFirst() else { break }
                group.addTask { (next, try await body(next)) }
            }
            while let (identifier, value) = try await group.next() {
                values[identifier] = value
                if let next = rest.popFirst() { group.addTask { (next, try await body(next)) } }
            }
            return values
        }
    }
}

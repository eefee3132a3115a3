import APIModel
import Client
import Glibc
import Testing

/// Workers that are drained while others serve.
@Suite("Draining a worker", .enabled(if: RunningCluster.isPossible))
struct DrainTests {
    @Test(
        "A drained worker ends what is left at the deadline, nobody else notices, and it stays so when it is restarted"
    )
    func drain() async throws {
        try await RunningCluster.with(workers: 2, ready: 2) { cluster in
            let state = ["--state-dir", cluster.state]
            for number in 0..<6 { try await cluster.run("kept = \(number)", in: "place-\(number)") }
            let drained = try #require(
                try await cluster.client.nodes().filter { $0.role == "worker" }.max {
                    $0.sessions < $1.sessions
                }
            )
            let others = 6 - drained.sessions
            // Light load, on all sessions, for the whole time.
            let load = Task {
                var refusals: [Int: [String]] = [:]
                while !Task.isCancelled {
                    for number in 0..<6 {
                        do { try await cluster.run("kept", in: "place-\(number)") } catch {
                            // Its own end is no refusal.
                            guard !Task.isCancelled else { return refusals }
                            refusals[number, default: []].append("\(error)")
                        }
                    }
                }
                return refusals
            }
            let waited = try await Command.run(
                ["node", "drain", drained.name, "--deadline", "2s", "--wait"] + state
            )
            #expect(waited.status == 0, "\(waited.error)")
            #expect(waited.error.contains("\(drained.name) is drained"))
            let now = try await cluster.client.node(drained.name)
            #expect((now.state, now.sessions) == ("drained", 0))
            #expect(now.drainingSince != nil && now.drainDeadline != nil)
            load.cancel()
            let refusals = await load.value
            #expect(refusals.count <= drained.sessions, "\(refusals)")
            var ended = 0
            for number in 0..<6 {
                let ends = try await cluster.client.endedSessions(of: "place-\(number)", pool: "python")
                #expect(ends.allSatisfy { $0.cause == "drained" })
                ended += ends.isEmpty ? 0 : 1
                if ends.isEmpty { #expect(refusals[number] == nil, "a session elsewhere") }
            }
            #expect((ended, 6 - ended) == (drained.sessions, others))
            try await comesBack(drained, in: cluster, state)
        }
    }

    /// The worker begins anew, and is drained still, until somebody takes that back.
    private func comesBack(
        _ drained: NodeResource,
        in cluster: RunningCluster,
        _ state: [String]
    ) async throws {
        let process = try #require(cluster.worker(named: drained.name))
        kill(process, SIGKILL)
        let back = try await cluster.node(drained.name) {
            $0.incarnation != drained.incarnation && $0.state == "drained"
        }
        #expect(back, "a restart takes nothing back")
        try await cluster.run("1", in: "elsewhere")
        #expect(try await cluster.client.node(drained.name).sessions == 0)

        let undrained = try await Command.run(["node", "undrain", drained.name] + state)
        #expect(undrained.status == 0)
        #expect(try await cluster.node(drained.name) { $0.state == "serving" && $0.drainingSince == nil })
        for number in 0..<12 where try await cluster.client.node(drained.name).sessions == 0 {
            try await cluster.run("1", in: "again-\(number)")
        }
        #expect(try await cluster.client.node(drained.name).sessions > 0, "it gets sessions again")
        let refused = try await Command.run(["node", "remove", drained.name] + state)
        #expect(refused.status == 2)
        #expect(
            refused.error.contains("NodeInUse") || refused.error.contains("Drain it first"),
            "\(refused.error)"
        )

        let again = ["node", "drain", drained.name, "--deadline", "1s", "--wait"]
        #expect(try await Command.run(again + state).status == 0)
        #expect(try await Command.run(["node", "remove", drained.name] + state).status == 0)
        #expect(try await cluster.client.nodes().contains { $0.name == drained.name } == false)
    }
}

extension RunningCluster {
    /// The process of a worker.
    fileprivate func worker(named name: String) -> pid_t? {
        Processes.all().first { $0.parent == process && $0.command.contains("/\(name)/") }?.identifier
    }

    /// Waits until a node is as it should be.
    fileprivate func node(
        _ name: String,
        _ condition: (NodeResource) -> Bool
    ) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if condition(try await client.node(name)) { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}

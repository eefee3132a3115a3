import ClusterState
import Domain
import TestSupport
import Testing
import Transport

@Suite("Nodes that die and come back")
struct RestartTests {
    @Test(
        "A worker's death costs its sessions one SessionLost each, and the others nothing",
        arguments: Line.allCases
    )
    func workerDies(line: Line) async throws {
        try await PlayedNodes.with(over: line.post, { $0.workers = 3 }) { nodes in
            let names = (0..<15).map { "session-\($0)" }
            for name in names { try await nodes.run("set x \(name)", in: name) }
            try await nodes.run("set x doomed", in: "in-flight")
            async let inFlight = nodes.failure(of: "hang", in: "in-flight")
            #expect(await eventually { nodes.orders.contains("hang") })
            let victim = try #require(nodes.hypervisors.firstIndex { $0.orders.contains("hang") })
            let lost = Set(nodes.hypervisors[victim].orders.filter { $0.hasPrefix("set x session") })
            await nodes.killWorker(victim)
            #expect(await inFlight == .sessionLost)
            // That was the one clear error: the next request begins anew.
            let anew = try await nodes.run("get x", in: "in-flight")
            #expect(anew.isNewSession)
            #expect(anew.text == "nothing")
            for name in names {
                let (report, losses) = try await nodes.insist("get x", in: name)
                let wasLost = lost.contains("set x \(name)")
                #expect(losses == (wasLost ? 1 : 0))
                #expect(report.text == (wasLost ? "nothing" : name))
            }
            #expect(nodes.orders.count { $0 == "hang" } == 1)
        }
    }

    @Test("Sessions survive the restart of the coordinator, with their variables", arguments: Line.allCases)
    func coordinatorRestarts(line: Line) async throws {
        try await PlayedNodes.with(
            over: line.post,
            {
                $0.workers = 2
                $0.times = LeaseTimes()
            }
        ) { nodes in
            for number in 0..<20 { try await nodes.run("set x \(number)", in: "session-\(number)") }
            await nodes.killCoordinator()
            try await nodes.startCoordinator()
            try await nodes.waitUntilServing(2)
            for number in 0..<20 {
                let report = try await nodes.run("get x", in: "session-\(number)")
                #expect(report.text == "\(number)")
                #expect(!report.isNewSession)
            }
            #expect(nodes.hypervisors.reduce(0) { $0 + $1.madeMachines } == 20)
        }
    }

    @Test("A command that waited for a worker's former life is refused by the next", arguments: Line.allCases)
    func lateCommand(line: Line) async throws {
        try await PlayedNodes.with(over: line.post) { nodes in
            try await nodes.run("set x 1", in: "session")
            await nodes.killWorker(0)
            // It waits in the inbox, which outlives the worker.
            async let late = nodes.failure(of: "late", in: "session")
            try await Task.sleep(for: .milliseconds(200))
            await nodes.startWorker(0)
            #expect(await late == .sessionLost)
            let (report, losses) = try await nodes.insist("get x", in: "session")
            #expect(report.text == "nothing")
            #expect(losses == 0)
            #expect(!nodes.orders.contains("late"))
        }
    }

    @Test("A worker that was cut off fences itself before its sessions begin elsewhere")
    func partition() async throws {
        let network = InMemoryTransport()
        try await PlayedNodes.with(over: network, { $0.workers = 2 }) { nodes in
            for number in 0..<10 { try await nodes.run("set x \(number)", in: "session-\(number)") }
            let cut = try #require(await nodes.address(ofWorker: 0))
            let before = nodes.hypervisors[0].liveMachines
            #expect(before > 0)
            await network.setAway(true, for: cut)
            // The moment in which the coordinator says so, the worker has none of them any more.
            var losses = 0
            for number in 0..<10 {
                let (report, lost) = try await nodes.insist("get x", in: "session-\(number)")
                losses += lost
                if lost > 0 {
                    #expect(nodes.hypervisors[0].liveMachines == 0)
                    #expect(report.isNewSession)
                }
            }
            #expect(losses == before)
            await network.setAway(false, for: cut)
            try await nodes.waitUntilServing(2)
            for number in 10..<30 { try await nodes.run("set x \(number)", in: "session-\(number)") }
            #expect(nodes.hypervisors[0].liveMachines > 0, "it serves again, in a new epoch")
        }
    }
}

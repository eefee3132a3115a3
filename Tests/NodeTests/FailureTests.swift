import Domain
import TestSupport
import Testing
import Transport

@Suite("When something fails", .serialized)
struct FailureTests {
    @Test("A time-out interrupts the code and keeps the session", arguments: Line.allCases)
    func timeout(line: Line) async throws {
        try await PlayedCluster.with(workers: 1, over: line.post) { cluster in
            try await cluster.run("set x kept", in: "patient")
            let hung = try await cluster.run("hang", in: "patient", timeout: .milliseconds(200))
            #expect(hung.outcome?.status == .timedOut)
            #expect(try await cluster.run("get x", in: "patient").printed == "kept")
        }
    }

    @Test(
        "A guest that dies fails what runs and what waits, and nothing is run again",
        arguments: Line.allCases
    )
    func crash(line: Line) async throws {
        try await PlayedCluster.with(workers: 2, over: line.post) { cluster in
            try await cluster.run("set x 1", in: "fragile")
            await #expect(throws: Failure.self) { try await cluster.run("crash", in: "fragile") }
            let anew = try await cluster.run("get x", in: "fragile")
            #expect(anew.isNewSession)
            #expect(anew.printed == "nothing")
            #expect(cluster.orders.filter { $0 == "crash" }.count == 1)
        }
    }

    @Test("A sandbox that cannot be started is a clear failure, and the next request tries again")
    func startFailure() async throws {
        try await PlayedCluster.with(workers: 1, over: InMemoryTransport()) { cluster in
            cluster.hypervisors[0].setFailsToStart(true)
            do throws(Failure) {
                try await cluster.run("x", in: "unlucky")
                Issue.record("it ran")
            } catch {
                #expect(error.code == .sandboxFailed)
            }
            cluster.hypervisors[0].setFailsToStart(false)
            let fine = try await cluster.run("fine", in: "unlucky")
            #expect(fine.printed == "fine")
        }
    }

    @Test("A client that goes away takes its execution with it", arguments: Line.allCases)
    func cancellation(line: Line) async throws {
        try await PlayedCluster.with(workers: 1, over: line.post) { cluster in
            try await cluster.run("set x 1", in: "abandoned")
            let waiting = Task { try await cluster.run("hang", in: "abandoned", timeout: .seconds(200)) }
            while !cluster.orders.contains("hang") { await Task.yield() }
            waiting.cancel()
            _ = await waiting.result
            // It would wait for two hundred seconds if the execution went on.
            #expect(try await cluster.run("get x", in: "abandoned").printed == "1")
        }
    }

    @Test(
        "The loss of a worker costs its sessions one clear error each, and the others nothing",
        arguments: Line.allCases
    )
    func workerLoss(line: Line) async throws {
        try await PlayedCluster.with(workers: 2, over: line.post) { cluster in
            let names = (0..<12).map { "session-\($0)" }
            for name in names { try await cluster.run("set x \(name)", in: name) }
            let lost = cluster.hypervisors[0].liveMachines
            #expect(lost > 0 && lost < 12)
            await cluster.kill(0)
            var told = 0
            for name in names {
                switch try await Self.ask(cluster, name) {
                case .some(let printed): #expect(printed == name)
                case nil:
                    told += 1
                    let anew = try await cluster.run("get x", in: name)
                    #expect(anew.isNewSession)
                    #expect(anew.printed == "nothing")
                }
            }
            #expect(told == lost)
            let orders = cluster.orders.filter { $0.hasPrefix("set") }
            #expect(Set(orders).count == orders.count, "no code ran twice")
        }
    }

    /// What a session says of its variable; nil when its client is told that it is lost.
    private static func ask(_ cluster: PlayedCluster, _ name: String) async throws(Failure) -> String? {
        while true {
            do throws(Failure) {
                return try await cluster.run("get x", in: name).printed
            } catch {
                if error.code == .sessionLost { return nil }
                guard error.retryAfterSeconds != nil else { throw error }
                // Until the worker is declared lost its sessions are unreachable, and the client asks again.
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    @Test("An idle session ends by its cooldown; the next request begins a new one without an error")
    func cooldown() async throws {
        try await PlayedCluster.with(
            workers: 1,
            over: InMemoryTransport(),
            pool: { $0.lifecycle = .timed(cooldown: .milliseconds(300)) }
        ) { cluster in
            try await cluster.run("set x 1", in: "sleepy")
            while cluster.hypervisors[0].liveMachines > 0 { try await Task.sleep(for: .milliseconds(20)) }
            let anew = try await cluster.run("get x", in: "sleepy")
            #expect(anew.isNewSession)
            #expect(anew.printed == "nothing")
        }
    }

    @Test("Ready machines are claimed once each and made anew")
    func readyMachines() async throws {
        try await PlayedCluster.with(
            workers: 2,
            over: InMemoryTransport(),
            pool: { $0.readySessions = 4 }
        ) { cluster in
            func live() -> [Int] { cluster.hypervisors.map(\.liveMachines) }
            while live() != [2, 2] { try await Task.sleep(for: .milliseconds(20)) }
            for number in 0..<10 { try await cluster.run("set x \(number)", in: "claim-\(number)") }
            for number in 0..<10 {
                #expect(try await cluster.run("get x", in: "claim-\(number)").printed == "\(number)")
            }
            while live().reduce(0, +) != 14 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }
}

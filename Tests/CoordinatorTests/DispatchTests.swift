import ClusterState
import Coordinator
import Domain
import SeededRandomness
import Synchronization
import TestSupport
import Testing
import Transport
import Wire

@Suite("Dispatch when something is in the way")
struct DispatchTests {
    @Test("A worker that never answers costs a bounded wait and nothing else")
    func silence() async throws {
        let network = InMemoryTransport()
        let dispatch = DispatchTimes(
            patience: .seconds(2),
            longestWait: .seconds(1),
            answerMargin: .seconds(1)
        )
        try await PlayedNodes.with(over: network, { $0.dispatch = dispatch }) { nodes in
            try await nodes.run("set x 1", in: "session")
            let key = try PlayedNodes.key()
            let worker = try #require(await nodes.address(ofWorker: 0))
            await network.setFate(for: worker) { bytes in Self.isExecute(bytes, key) ? .drop : .deliver }
            let started = ContinuousClock.now
            #expect(await nodes.failure(of: "lost", in: "session") == .deadlineExceeded)
            #expect(started.duration(to: .now) < .seconds(6))
            await network.setFate(for: worker, nil)
            #expect(try await nodes.run("get x", in: "session").text == "1")
            #expect(!nodes.orders.contains("lost"))
        }
    }

    @Test("A look that is quicker than the request that begins a session ends nothing")
    func earlyLook() async throws {
        let network = InMemoryTransport()
        try await PlayedNodes.with(over: network) { nodes in
            let key = try PlayedNodes.key()
            let worker = try #require(await nodes.address(ofWorker: 0))
            let dispatcher = try #require(await nodes.dispatcher)
            let session = SessionKey(
                pool: try PoolName("python"),
                identifier: try SessionIdentifier("early")
            )
            await network.setFate(for: worker) { bytes in Self.isExecute(bytes, key) ? .hold : .deliver }
            async let first = nodes.run("set x 1", in: "early")
            // Until it has its place the session is not known at all.
            let wasEarly = await eventually {
                do throws(Failure) {
                    _ = try await dispatcher.terminals(of: session)
                    return false
                } catch { return error.code == .notReady }
            }
            #expect(wasEarly)
            await network.setFate(for: worker, nil)
            await network.release(for: worker)
            _ = try await first
            #expect(try await nodes.run("get x", in: "early").text == "1")
            #expect(await dispatcher.endedSessions(of: session).isEmpty)
        }
    }

    private static func isExecute(_ bytes: [UInt8], _ key: ClusterKey) -> Bool {
        guard let content = try? ReceivedEnvelope(bytes, key: key).content() else { return false }
        if case .command(let command) = content, case .execute = command.request { return true }
        return false
    }

    @Test("Clients that go away at any moment leave no worker marked as broken", arguments: Line.allCases)
    func cancellations(line: Line) async throws {
        try await PlayedNodes.with(
            over: line.post,
            {
                $0.workers = 3
                $0.capacity = 1_000
                $0.pool.maxConcurrentSessions = 3_000
            }
        ) { nodes in
            var generator = SeededGenerator(seed: 4)
            for round in 0..<20 {
                let pause = Duration.microseconds(Int.random(in: 0...3_000, using: &generator))
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<30 {
                        group.addTask { _ = await nodes.failure(of: "x", in: "gone-\(round)-\(number)") }
                    }
                    try? await Task.sleep(for: pause)
                    group.cancelAll()
                }
                // Whatever became of those, a new session has its place at once.
                #expect(await nodes.failure(of: "y", in: "stays-\(round)") == nil)
                let healthy = await nodes.node?.workers.count { $0.isHealthy }
                #expect(healthy == 3)
            }
            #expect(Set(nodes.orders).isSubset(of: ["x", "y"]))
        }
    }

    @Test("A client that goes away ends its execution at the worker", arguments: Line.allCases)
    func cancelledExecution(line: Line) async throws {
        try await PlayedNodes.with(over: line.post) { nodes in
            try await nodes.run("set x 1", in: "session")
            let client = Task { try await nodes.run("hang", in: "session", timeout: .seconds(200)) }
            #expect(await eventually { nodes.orders.contains("hang") })
            client.cancel()
            _ = await client.result
            #expect(try await nodes.run("get x", in: "session").text == "1")
        }
    }

    @Test("A burst of requests is answered to the last, each run once", arguments: Line.allCases)
    func burst(line: Line) async throws {
        try await PlayedNodes.with(
            over: line.post,
            {
                $0.workers = 2
                $0.times = LeaseTimes()
            }
        ) { nodes in
            let outcomes = await withTaskGroup(of: String.self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        let code = "burst \(number)"
                        do throws(Failure) {
                            let report = try await nodes.run(code, in: "session-\(number % 60)")
                            return report.text == code ? "ran" : report.text
                        } catch {
                            return "\(error)"
                        }
                    }
                }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes == ["ran": 1_000])
            #expect(nodes.orders.count == 1_000)
            #expect(Set(nodes.orders).count == 1_000)
        }
    }

    @Test("When all workers are full the client is told at once when to come again", arguments: Line.allCases)
    func allFull(line: Line) async throws {
        try await PlayedNodes.with(
            over: line.post,
            {
                $0.workers = 3
                $0.capacity = 4
            }
        ) { nodes in
            for number in 0..<12 { try await nodes.run("set x \(number)", in: "session-\(number)") }
            #expect(nodes.hypervisors.map(\.liveMachines) == [4, 4, 4])
            do throws(Failure) {
                try await nodes.run("x", in: "one-too-many")
                Issue.record("it ran")
            } catch {
                #expect(error.code == .sessionsCountExceedsLimit)
                #expect(error.retryAfterSeconds != nil)
            }
            for number in 0..<12 {
                #expect(try await nodes.run("get x", in: "session-\(number)").text == "\(number)")
            }
        }
    }

    @Test(
        "A session that cannot be started on one worker begins on another one; only where none can it fails"
    )
    func failsToStart() async throws {
        try await PlayedNodes.with(over: InMemoryTransport(), { $0.workers = 2 }) { nodes in
            nodes.hypervisors[0].setFailsToStart(true)
            for number in 0..<8 {
                #expect(await nodes.failure(of: "go \(number)", in: "session-\(number)") == nil)
            }
            #expect(nodes.hypervisors[0].attempts > 0)
            #expect(nodes.hypervisors[1].madeMachines == 8)
            nodes.hypervisors[1].setFailsToStart(true)
            #expect(await nodes.failure(of: "go", in: "another") == .sandboxFailed)
            for hypervisor in nodes.hypervisors { hypervisor.setFailsToStart(false) }
            #expect(await eventually { await nodes.failure(of: "get x", in: "another") == nil })
            #expect(nodes.orders.count == 9)
        }
    }

    @Test("A request that meets its session's end begins a new one, without an error")
    func cooldown() async throws {
        try await PlayedNodes.with(
            over: InMemoryTransport(),
            { $0.pool.lifecycle = .timed(cooldown: .milliseconds(60)) }
        ) { nodes in
            nodes.hypervisors[0].setDelays(end: .milliseconds(60))
            for turn in 0..<30 {
                // Around the end of the cooldown, and while the machine goes down.
                #expect(await nodes.failure(of: "turn \(turn)", in: "sleepy") == nil)
                try await Task.sleep(for: .milliseconds(50 + turn * 3))
            }
            #expect(nodes.orders == (0..<30).map { "turn \($0)" })
            #expect(nodes.hypervisors[0].peakMachines == 1)
        }
    }

    @Test("A session that is stopped is gone when its identifier begins anew", arguments: Line.allCases)
    func stop(line: Line) async throws {
        try await PlayedNodes.with(over: line.post, { $0.workers = 2 }) { nodes in
            for hypervisor in nodes.hypervisors { hypervisor.setDelays(end: .milliseconds(100)) }
            try await nodes.run("set x 1", in: "session")
            let key = SessionKey(pool: nodes.plan.pool.name, identifier: try SessionIdentifier("session"))
            try await nodes.dispatcher?.stop(key)
            let (report, losses) = try await nodes.insist("get x", in: "session")
            #expect(report.text == "nothing")
            #expect(losses == 0)
            #expect(nodes.hypervisors.reduce(0) { $0 + $1.liveMachines } == 1)
            #expect(nodes.hypervisors.allSatisfy { $0.peakMachines <= 1 })
        }
    }

    @Test(
        "Garbage, a foreign key and another version in the coordinator's inbox disturb nobody",
        arguments: Line.allCases
    )
    func garbage(line: Line) async throws {
        try await PlayedNodes.with(over: line.post) { nodes in
            try await nodes.run("set x 1", in: "session")
            let outbox = try await nodes.post.openOutbox(to: await nodes.addressOfCoordinator)
            var generator = SeededGenerator(seed: 5)
            for size in 0..<200 {
                let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
                try await outbox.send(bytes, timeout: .seconds(5))
            }
            let announcement = Envelope(
                addressee: nil,
                sender: Incarnation(1),
                number: 0,
                timeLeft: .seconds(5),
                content: .announcement(
                    Announcement(
                        worker: try WorkerID("intruder"),
                        address: "tcp://127.0.0.1:1",
                        epoch: WorkerEpoch(1),
                        capacity: WorkerCapacity(sessions: 10_000, weight: 100)
                    )
                )
            )
            let foreign = try announcement.encoded(key: try ClusterKey([UInt8](repeating: 9, count: 32)))
            try await outbox.send(foreign, timeout: .seconds(5))
            var newer = try announcement.encoded(key: try PlayedNodes.key())
            try #require(Array(newer.prefix(2)) == [0x08, UInt8(WireVersion.major)])
            newer[1] += 1
            try await outbox.send(newer, timeout: .seconds(5))
            #expect(await eventually { nodes.log.entries.contains { $0.contains("version 2") } })
            #expect(nodes.log.entries.contains { $0.contains("does not know the cluster's key") })
            #expect(try await nodes.run("get x", in: "session").text == "1")
            #expect(await nodes.node?.workers.map(\.life.worker.text) == ["worker-0"])
            await outbox.close()
        }
    }
}

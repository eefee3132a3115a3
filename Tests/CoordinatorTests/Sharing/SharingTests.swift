import ClusterState
import Coordinator
import Domain
import EtcdServer
import TestSupport
import Testing
import Transport

@Suite("Several coordinators over one etcd", .serialized)
struct SharingTests {
    @Test("Of 1,000 first requests for one identifier through two coordinators one begins the session")
    func firstRequests() async throws {
        try await SharingNodes.with { nodes in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        do throws(Failure) {
                            let report = try await nodes.run(
                                "go \(number)",
                                in: "the-one",
                                through: number % 2
                            )
                            return report.isNewSession
                        } catch {
                            // The worker bounds how many may wait in one session; that runs nothing.
                            guard error.code == .tooManyRequests else { throw error }
                            return false
                        }
                    }
                }
                let begun = try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                #expect(begun == 1)
            }
            #expect(nodes.madeMachines == 1)
            #expect(Set(nodes.orders).count == nodes.orders.count, "nothing was run twice")
        }
    }

    @Test(
        "Workers that were told of one coordinator learn of the others from it, and who joins is told of all"
    )
    func roster() async throws {
        // Both coordinators have to hear both workers before this begins.
        try await SharingNodes.with(toldOf: 1) { nodes in
            try await nodes.run("set x 1", in: "session", through: 1)
            #expect(try await nodes.run("get x", in: "session", through: 0).text == "1")
            for number in 0..<2 {
                let told = await nodes.inboxes(toldBy: number)
                #expect(told.first == "inproc://coordinator-\(number)")
                #expect(Set(told) == ["inproc://coordinator-0", "inproc://coordinator-1"])
            }
        }
    }

    @Test(
        "A session that cannot be started on one worker begins on another one; only where none can it fails"
    )
    func failsToStart() async throws {
        try await SharingNodes.with { nodes in
            nodes.hypervisors[0].setFailsToStart(true)
            for number in 0..<8 {
                let identifier = "session-\(number)"
                #expect(try await nodes.run("go \(number)", in: identifier, through: number % 2).isNewSession)
                #expect(try await nodes.run("again", in: identifier, through: 0).isNewSession == false)
            }
            #expect(nodes.hypervisors[0].attempts > 0)
            #expect(nodes.hypervisors[1].madeMachines == 8)
            nodes.hypervisors[1].setFailsToStart(true)
            #expect(await nodes.failure(of: "go", in: "another", through: 0) == .sandboxFailed)
            for hypervisor in nodes.hypervisors { hypervisor.setFailsToStart(false) }
            try await nodes.waitUntilServing(2)
            #expect(try await nodes.run("go", in: "another", through: 1).isNewSession)
        }
    }

    @Test("A pool has never more sessions than it may, whoever is asked")
    func exactCount() async throws {
        try await SharingNodes.with(pool: { $0.maxConcurrentSessions = 25 }) { nodes in
            let refused = await withTaskGroup(of: FailureCode?.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        await nodes.failure(of: "go", in: "session-\(number)", through: number % 2)
                    }
                }
                return await group.reduce(into: [FailureCode]()) { if let code = $1 { $0.append(code) } }
            }
            #expect(refused.count == 35)
            #expect(refused.allSatisfy { $0 == .sessionsCountExceedsLimit })
            #expect(nodes.madeMachines == 25)
            // Room that becomes free is there for all.
            let shown = try await nodes.dispatcher(0).sessions(of: nodes.pool.name, skip: 0, most: 1)
            let victim = try #require(shown.sessions.first?.session.key)
            try await nodes.dispatcher(1).stop(victim)
            #expect(try await nodes.run("get x", in: "another", through: 0).isNewSession)
        }
    }

    @Test("What one coordinator begins goes on through the other")
    func throughTheOther() async throws {
        try await SharingNodes.with { nodes in
            try await nodes.run("set x 1", in: "session", through: 0)
            #expect(try await nodes.run("get x", in: "session", through: 1).text == "1")
            let spec = try nodes.spec("hang", id: "begun-by-one")
            let session = try nodes.session("other")
            _ = try await nodes.dispatcher(0).begin(spec, in: session)
            // At once: the other one may not have been told yet that there is a session.
            let page = try await nodes.dispatcher(1).events(of: spec.id, in: session, from: 0, wait: .zero)
            #expect(!page.isComplete)
            try await nodes.dispatcher(1).cancel(spec.id, in: session)
            #expect(
                await eventually {
                    (try? await nodes.dispatcher(0).events(of: spec.id, in: session, from: 0, wait: .zero))?
                        .isComplete == true
                }
            )
            try await nodes.dispatcher(1).stop(session)
            #expect(await nodes.dispatcher(0).endedSessions(of: session).map(\.cause) == [.stopped])
            #expect(try await nodes.run("get x", in: "other", through: 0).isNewSession)
        }
    }

    @Test("The sessions of a worker that dies are lost once: one client is told, whoever tells")
    func workerDies() async throws {
        try await SharingNodes.with { nodes in
            for number in 0..<12 {
                try await nodes.run("set x \(number)", in: "session-\(number)", through: number % 2)
            }
            let doomed = Set(
                nodes.hypervisors[0].orders.compactMap { $0.split(separator: " ").last.map(String.init) }
            )
            #expect(!doomed.isEmpty && doomed.count < 12)
            await nodes.killWorker(0)
            try await nodes.waitUntilServing(1)
            for number in 0..<12 {
                let isDoomed = doomed.contains("\(number)")
                var told = 0
                let deadline = ContinuousClock.now + .seconds(15)
                while ContinuousClock.now < deadline {
                    let code = await nodes.failure(
                        of: "get x",
                        in: "session-\(number)",
                        through: Int.random(in: 0...1)
                    )
                    if code == nil { break }
                    if code == .sessionLost { told += 1 }
                    #expect([.sessionLost, .noWorkerAvailable, .notReady].contains(code))
                }
                // Each asks a coordinator by chance; had both told, some would have heard it twice.
                #expect(told == (isDoomed ? 1 : 0), "session-\(number)")
                let ends = await nodes.dispatcher(1).endedSessions(of: try nodes.session("session-\(number)"))
                #expect(ends.map(\.cause) == (isDoomed ? [.workerLost] : []))
            }
        }
    }

    @Test("A coordinator that goes takes no session with it")
    func coordinatorGoes() async throws {
        try await SharingNodes.with { nodes in
            for number in 0..<6 {
                try await nodes.run("set x \(number)", in: "session-\(number)", through: 0)
            }
            await nodes.stopCoordinator(0)
            for number in 0..<6 {
                #expect(try await nodes.run("get x", in: "session-\(number)", through: 1).text == "\(number)")
            }
            #expect(try await nodes.run("get x", in: "new-one", through: 1).isNewSession)
        }
    }

    @Test("While etcd is away sessions go on and none begins; afterwards all is as before")
    func etcdAway() async throws {
        try await SharingNodes.with { nodes in
            for number in 0..<4 {
                try await nodes.run("set x \(number)", in: "session-\(number)", through: 0)
            }
            nodes.server.stop()
            #expect(await nodes.failure(of: "get x", in: "new-one", through: 0) == .notReady)
            // Longer than any lease: nobody may declare anybody lost, and no worker fences itself.
            let away = ContinuousClock.now + .seconds(7)
            var asked = 0
            while ContinuousClock.now < away {
                let report = try await nodes.run("get x", in: "session-\(asked % 4)", through: asked % 2)
                #expect(report.text == "\(asked % 4)")
                asked += 1
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(await nodes.failure(of: "get x", in: "new-one", through: 1) == .notReady)
            try await nodes.server.start()
            #expect(await eventually { await nodes.failure(of: "get x", in: "new-one", through: 1) == nil })
            for number in 0..<4 {
                #expect(try await nodes.run("get x", in: "session-\(number)", through: 1).text == "\(number)")
            }
        }
    }

    @Test("A worker that one coordinator does not reach serves through the other, and is not lost")
    func oneSidedSilence() async throws {
        let network = InMemoryTransport()
        try await SharingNodes.with(workers: 1, over: network) { nodes in
            try await nodes.run("set x 1", in: "session", through: 0)
            // What the worker sends to the first coordinator is lost; what that sends arrives.
            await network.setFate(for: "inproc://coordinator-0") { _ in .drop }
            #expect(
                await eventually(within: .seconds(15)) { await nodes.node(0).unreadiness() != nil },
                "the first finds the worker silent"
            )
            for _ in 0..<20 {
                #expect(try await nodes.run("get x", in: "session", through: 1).text == "1")
                try await Task.sleep(for: .milliseconds(100))
            }
            await network.setFate(for: "inproc://coordinator-0", nil)
            try await nodes.waitUntilServing(1)
            #expect(try await nodes.run("get x", in: "session", through: 0).text == "1")
            #expect(nodes.madeMachines == 1)
        }
    }
}

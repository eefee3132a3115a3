import Coordinator
import Domain
import TestSupport
import Testing
import Transport

@Suite("Executions by name through coordinator and workers", .serialized)
struct BegunExecutionTests {
    @Test("Begun, read while it runs and read again after its end", arguments: Line.allCases)
    func reading(line: Line) async throws {
        try await PlayedCluster.with(workers: 2, over: line.post) { cluster in
            let (session, spec) = (
                try cluster.session("session-1"), try cluster.spec("speak it", id: "begun")
            )
            let page = try await cluster.dispatcher.begin(spec, in: session)
            #expect(!page.isComplete)
            let first = try await cluster.dispatcher.events(
                of: spec.id,
                in: session,
                from: 0,
                wait: .seconds(10)
            )
            #expect(first.events.map(\.event) == [.standardOutput(Array("said ".utf8))])
            for hypervisor in cluster.hypervisors { await hypervisor.release("it") }
            var (sequence, ended) = (first.nextSequence, false)
            while !ended {
                let page = try await cluster.dispatcher.events(
                    of: spec.id,
                    in: session,
                    from: sequence,
                    wait: .seconds(10)
                )
                #expect(!page.events.isEmpty, "an answer before the wait is over has an event")
                (sequence, ended) = (page.nextSequence, page.isComplete)
            }
            // The synchronous request of the same name is the same execution.
            #expect(
                try await cluster.run("speak it", in: "session-1", id: "begun").printed == "said released it"
            )
            #expect(cluster.orders == ["speak it"])
        }
    }

    @Test("A client that goes away ends nothing that was begun; a synchronous one ends its own")
    func clientGone() async throws {
        try await PlayedCluster.with(workers: 1, over: InMemoryTransport()) { cluster in
            let session = try cluster.session("session-1")
            let begun = try cluster.spec("hold it", id: "begun")
            _ = try await cluster.dispatcher.begin(begun, in: session)
            #expect(await eventually { cluster.hypervisors[0].isHolding("it") })
            // A reader that goes away in the middle of its wait.
            let reader = Task {
                try await cluster.dispatcher.events(of: begun.id, in: session, from: 0, wait: .seconds(20))
            }
            try await Task.sleep(for: .milliseconds(50))
            reader.cancel()
            _ = await reader.result
            // A synchronous client that goes away while its own code waits for its turn.
            let synchronous = Task { try await cluster.run("never", in: "session-1", id: "mine") }
            let mine = try ExecutionID("mine")
            #expect(
                await eventually {
                    (try? await cluster.dispatcher.events(of: mine, in: session, from: 0, wait: .zero)) != nil
                }
            )
            synchronous.cancel()
            _ = await synchronous.result
            #expect(
                try await eventually {
                    try await cluster.dispatcher.events(of: mine, in: session, from: 0, wait: .zero)
                        .isComplete
                }
            )
            #expect(cluster.hypervisors[0].isHolding("it"))
            await cluster.hypervisors[0].release("it")
            #expect(try await cluster.run("hold it", in: "session-1", id: "begun").printed == "released it")
            #expect(cluster.orders == ["hold it"])
        }
    }

    @Test("A storm of requests to begin one name, some of which are given up, begins it once")
    func storm() async throws {
        try await PlayedCluster.with(workers: 3, over: NNGTransport()) { cluster in
            let (session, spec) = (try cluster.session("stormy"), try cluster.spec("hold it", id: "begun"))
            let answered = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let request = Task { try await cluster.dispatcher.begin(spec, in: session) }
                        if number % 3 == 0 { request.cancel() }
                        return (try? await request.value) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(answered >= 40)
            #expect(await eventually { !cluster.orders.isEmpty })
            for hypervisor in cluster.hypervisors { await hypervisor.release("it") }
            #expect(try await cluster.run("hold it", in: "stormy", id: "begun").printed == "released it")
            #expect(cluster.orders == ["hold it"])
            #expect(cluster.hypervisors.reduce(0) { $0 + $1.madeMachines } == 1)
            await #expect(throws: Failure.self) {
                _ = try await cluster.dispatcher.begin(try cluster.spec("other", id: "begun"), in: session)
            }
        }
    }

    @Test("Cancelled by name; unknown names, sessions and pools are told apart from the rest")
    func cancelling() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport()) { cluster in
            let (session, spec) = (try cluster.session("session-1"), try cluster.spec("hang", id: "begun"))
            let dispatcher = cluster.dispatcher
            _ = try await dispatcher.begin(spec, in: session)
            #expect(await eventually { cluster.orders == ["hang"] })
            try await dispatcher.cancel(spec.id, in: session)
            let report = try await cluster.run("hang", in: "session-1", id: "begun")
            #expect(report.outcome?.status == .cancelled)
            try await dispatcher.cancel(spec.id, in: session)
            let nobody = try ExecutionID("nobody")
            for (id, place) in [(nobody, session), (spec.id, try cluster.session("elsewhere"))] {
                let failure = await #expect(throws: Failure.self) {
                    try await dispatcher.cancel(id, in: place)
                }
                #expect(failure?.code == .executionNotFound)
                let unread = await #expect(throws: Failure.self) {
                    _ = try await dispatcher.events(of: id, in: place, from: 0, wait: .zero)
                }
                #expect(unread?.code == .executionNotFound)
            }
            #expect(cluster.hypervisors.reduce(0) { $0 + $1.madeMachines } == 1, "asking begins no session")
            try await dispatcher.stop(session)
            let gone = await #expect(throws: Failure.self) {
                _ = try await dispatcher.events(of: spec.id, in: session, from: 0, wait: .zero)
            }
            #expect(gone?.code == .executionNotFound)
        }
    }

    @Test("An execution that was lost with its worker is told as lost, once, and is not found from then on")
    func lostWorker() async throws {
        try await PlayedNodes.with(over: InMemoryTransport()) { nodes in
            let dispatcher = try #require(await nodes.dispatcher)
            let session = SessionKey(pool: nodes.plan.pool.name, identifier: try SessionIdentifier("losing"))
            let id = try ExecutionID("begun")
            let spec = try ExecutionSpec(
                id: id,
                input: .code("hold it"),
                timeout: .seconds(60),
                limits: nodes.plan.pool.limits
            )
            _ = try await dispatcher.begin(spec, in: session)
            let reading = Task { () async -> FailureCode? in
                do throws(Failure) {
                    _ = try await dispatcher.events(of: id, in: session, from: 0, wait: .seconds(20))
                    return nil
                } catch {
                    return error.code
                }
            }
            await nodes.killWorker(0)
            // The reader is told, or the loss is still to be told to the next one.
            let told = await reading.value
            let next = await #expect(throws: Failure.self) {
                _ = try await dispatcher.events(of: id, in: session, from: 0, wait: .zero)
            }
            let codes = [told, next?.code]
            #expect(codes.count { $0 == .sessionLost } == 1, "\(codes)")
            let last = await #expect(throws: Failure.self) { try await dispatcher.cancel(id, in: session) }
            #expect(last?.code == .executionNotFound)
            #expect(nodes.orders.count <= 1)
        }
    }

    @Test("What is installed is told by any worker; when none tells it, that is said")
    func image() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport()) { cluster in
            let image = try await cluster.dispatcher.image(of: cluster.pool.name)
            #expect(image == PlayedHypervisor.image(of: .python))
        }
        try await PlayedCluster.with(workers: 1, over: InMemoryTransport(), pool: { $0.runtime = .shell }) {
            cluster in
            let failure = await #expect(throws: Failure.self) {
                _ = try await cluster.dispatcher.image(of: cluster.pool.name)
            }
            #expect(failure?.code == .noWorkerAvailable)
            #expect(failure?.retryAfterSeconds != nil)
        }
    }
}

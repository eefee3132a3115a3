import Domain
import Logging
import SeededRandomness
import TestSupport
import Testing
import Transport
import Wire

@testable import Worker

@Suite("The worker as a service")
struct ServiceTests {
    @Test("A shutdown ends all sandboxes, those that start as well, and leaves no task")
    func shutdown() async throws {
        try await PlayedCoordinator.with { coordinator in
            for number in 0..<5 { _ = try await coordinator.run("x", in: "session-\(number)") }
            coordinator.hypervisor.setDelays(start: .seconds(3_600))
            for code in ["hang", "hold it"] {
                let request = ExecuteRequest(
                    session: try coordinator.life("session-1"),
                    mayCreate: false,
                    execution: try ExecutionID(code.replacing(" ", with: "-")),
                    input: .code(code),
                    timeout: .seconds(60),
                    pool: coordinator.pool,
                    wait: .seconds(60)
                )
                try await coordinator.send(
                    .command(Command(epoch: WorkerEpoch(1), request: .execute(request))),
                    number: 1 << 50
                )
            }
            let starting = try coordinator.life("starting")
            let request = ExecuteRequest(
                session: starting,
                mayCreate: true,
                execution: try ExecutionID("never"),
                input: .code("never"),
                timeout: .seconds(60),
                pool: coordinator.pool,
                wait: .seconds(60)
            )
            try await coordinator.send(
                .command(Command(epoch: WorkerEpoch(1), request: .execute(request))),
                number: 1 << 51
            )
            #expect(await eventually { coordinator.hypervisor.attempts == 6 })
            #expect(coordinator.hypervisor.liveMachines == 5)
            // The helper cancels the worker now, waits for its end and counts the machines.
        }
    }

    @Test("What is no message, a foreign key, another version: dropped or refused, and nobody is disturbed")
    func garbage() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.run("set x 1")
            var generator = SeededGenerator(seed: 1)
            for size in 0..<200 {
                try await coordinator.send(
                    raw: (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
                )
            }
            let foreign = try Envelope(
                addressee: coordinator.worker,
                sender: Incarnation(1),
                number: 1,
                timeLeft: .seconds(5),
                replyAddress: "tcp://127.0.0.1:1",
                content: .command(
                    Command(
                        epoch: WorkerEpoch(1),
                        request: .stopSession(try coordinator.life(), .stopped)
                    )
                )
            ).encoded(key: try ClusterKey([UInt8](repeating: 7, count: 32)))
            try await coordinator.send(raw: foreign)
            #expect(try await coordinator.run("get x").printed == "1")
            #expect(coordinator.log.entries.contains { $0.contains("does not know the cluster's key") })
        }
    }

    @Test("Thousands of commands that wait keep no ping from being answered")
    func busyWorker() async throws {
        try await PlayedCoordinator.with(capacity: 200) { coordinator in
            for number in 0..<150 { _ = try await coordinator.run("x", in: "session-\(number)") }
            try await withThrowingTaskGroup(of: Answer.self) { group in
                for number in 0..<150 {
                    for turn in 0..<15 {
                        let code = turn == 0 ? "hold \(number)" : "turn \(turn)"
                        group.addTask { try await coordinator.run(code, in: "session-\(number)") }
                    }
                }
                // 2,250 commands; more than 2,048 may not wait, so that some are refused.
                var refused = 0
                while refused == 0 {
                    if try await group.next()?.failureCode == .tooManyRequests { refused += 1 }
                }
                #expect(try await coordinator.pong().sessionCount == 150)
                let stop = Command.Request.stopSession(try coordinator.life("session-149"), .stopped)
                #expect(try await coordinator.ask(stop) == .done)
                for number in 0..<150 { await coordinator.hypervisor.release("\(number)") }
                try await group.waitForAll()
            }
        }
    }

    @Test("A pool's ready machines are claimed once each; one that dies in time costs nobody anything")
    func readyMachines() async throws {
        try await PlayedCoordinator.with(capacity: 20) { coordinator in
            let order = Command.Request.keepReady([ReadyTarget(pool: coordinator.pool, count: 3)])
            #expect(try await coordinator.ask(order) == .done)
            #expect(await eventually { coordinator.hypervisor.liveMachines == 3 })
            for round in 0..<20 {
                await coordinator.hypervisor.killOldest()
                let answer = try await coordinator.run("x", in: "session-\(round)")
                // It may have been claimed just before it was found dead: then it is a crash like any other.
                #expect(answer.printed == "x" || answer.failureCode == .sandboxFailed)
            }
            #expect(
                try await eventually { try await coordinator.pong().sessionCount <= 20 }
            )
            #expect(try await coordinator.ask(.keepReady([])) == .done)
            let sessions = try await coordinator.pong().sessionCount
            #expect(await eventually { coordinator.hypervisor.liveMachines <= sessions })
        }
    }

    @Test("A ready machine that stops answering is replaced, one that answers stays")
    func checksOfReadyMachines() async throws {
        let patience = GuestPatience(readyCheck: .milliseconds(20))
        try await PlayedCoordinator.with(patience: patience) { coordinator in
            let order = Command.Request.keepReady([ReadyTarget(pool: coordinator.pool, count: 1)])
            #expect(try await coordinator.ask(order) == .done)
            #expect(await eventually { coordinator.hypervisor.checks >= 3 })
            #expect(coordinator.hypervisor.madeMachines == 1)
            coordinator.hypervisor.setAnswersChecks(false)
            #expect(await eventually { coordinator.hypervisor.madeMachines >= 2 })
            coordinator.hypervisor.setAnswersChecks(true)
            let answer = try await coordinator.run("x", in: "session")
            #expect(answer.printed == "x")
        }
    }

    @Test("However many coordinators have asked, the newest is answered and few outboxes are open")
    func replyOutboxes() async throws {
        let outboxes = ReplyOutboxes(post: InMemoryTransport())
        for number in 0..<(3 * ReplyOutboxes.limit) {
            let opened = try await outboxes.outbox(to: "inproc://coordinator-\(number)")
            #expect(opened.address == "inproc://coordinator-\(number)")
            // Whoever goes on asking keeps its outbox.
            _ = try await outboxes.outbox(to: "inproc://coordinator-0")
        }
        #expect(await outboxes.count == ReplyOutboxes.limit)
        let first = try await outboxes.outbox(to: "inproc://coordinator-0")
        let again = try await outboxes.outbox(to: "inproc://coordinator-0")
        #expect(first as AnyObject === again as AnyObject)
    }

    @Test("A change that comes between looking and waiting is not missed; a deadline ends the wait")
    func changeSignal() async throws {
        var signal = ChangeSignal()
        let subscription = signal.subscribe()
        signal.notify()
        let started = ContinuousClock.now
        await subscription.wait(until: .now + .seconds(60))
        await subscription.wait(until: .now + .milliseconds(20))
        signal.unsubscribe(subscription)
        await subscription.wait(until: .now + .seconds(60))
        #expect(started.duration(to: .now) < .seconds(55), "neither wait of a minute went to its end")
    }
}

import Domain
import TestSupport
import Testing
import Wire

@Suite("Sessions of a worker: beginning, room, end")
struct SessionTests {
    @Test("A thousand concurrent first requests of one identifier make one sandbox")
    func oneSandbox() async throws {
        try await PlayedCoordinator.with { coordinator in
            coordinator.hypervisor.setDelays(start: .milliseconds(50))
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for number in 0..<1_000 { group.addTask { try await coordinator.run("number \(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(coordinator.hypervisor.attempts == 1)
            let ran = answers.filter { $0.outcome?.status == .succeeded }
            #expect(ran.count >= 32)
            #expect(answers.count { $0.failureCode == .tooManyRequests } == 1_000 - ran.count)
            #expect(coordinator.hypervisor.orders.count == ran.count)
        }
    }

    @Test("Capacity is never exceeded, and a request that finds no room is told at once")
    func capacity() async throws {
        try await PlayedCoordinator.with(capacity: 5) { coordinator in
            coordinator.hypervisor.setDelays(start: .milliseconds(20))
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for number in 0..<100 {
                    group.addTask { try await coordinator.run("x", in: "session-\(number)") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.printed == "x" } == 5)
            #expect(answers.count { $0.failureCode == .sessionsCountExceedsLimit } == 95)
            #expect(coordinator.hypervisor.peakMachines == 5)
            #expect(coordinator.hypervisor.attempts == 5)
        }
    }

    @Test("A refusal is final for its generation, so that the session can begin elsewhere")
    func finalRefusal() async throws {
        try await PlayedCoordinator.with(capacity: 1) { coordinator in
            _ = try await coordinator.run("x", in: "first")
            let refused = try await coordinator.run("x", in: "second", generation: 5)
            #expect(refused.failureCode == .sessionsCountExceedsLimit)
            #expect(try await coordinator.ask(.stopSession(coordinator.life("first"), .stopped)) == .done)
            let late = try await coordinator.run("x", in: "second", generation: 5)
            #expect(late == .sessionGone(.startFailed))
            #expect(try await coordinator.run("x", in: "second", generation: 6).printed == "x")
        }
    }

    @Test("An idle session ends by its cooldown, a running one never")
    func cooldown() async throws {
        try await PlayedCoordinator.with(pool: { $0.lifecycle = .timed(cooldown: .milliseconds(200)) }) {
            coordinator in
            async let running = coordinator.run("hold it")
            #expect(await eventually { coordinator.hypervisor.isHolding("it") })
            try await Task.sleep(for: .milliseconds(600))
            #expect(coordinator.hypervisor.liveMachines == 1)
            await coordinator.hypervisor.release("it")
            #expect(try await running.printed == "released it")
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
            #expect(try await coordinator.run("x", mayCreate: false) == .sessionGone(.cooldown))
        }
    }

    @Test("Any request begins the cooldown anew")
    func cooldownReset() async throws {
        try await PlayedCoordinator.with(pool: { $0.lifecycle = .timed(cooldown: .milliseconds(600)) }) {
            coordinator in
            _ = try await coordinator.run("x")
            let session = try coordinator.life()
            let read = ReadEventsRequest(
                session: session,
                execution: try ExecutionID("run-x"),
                fromSequence: 0,
                wait: .zero
            )
            let requests: [Command.Request] = [
                .readEvents(read), .cancel(session, try ExecutionID("run-x")),
            ]
            for number in 0..<10 {
                try await Task.sleep(for: .milliseconds(150))
                _ = try await coordinator.ask(requests[number % 2])
            }
            #expect(coordinator.hypervisor.madeMachines == 1)
            #expect(coordinator.hypervisor.liveMachines == 1)
        }
    }

    @Test("A request between a session's end and its machine's is told to begin anew; nothing was run")
    func whileEnding() async throws {
        try await PlayedCoordinator.with(pool: { $0.lifecycle = .timed(cooldown: .milliseconds(100)) }) {
            coordinator in
            coordinator.hypervisor.setDelays(end: .milliseconds(800))
            _ = try await coordinator.run("x")
            try await Task.sleep(for: .milliseconds(400))
            #expect(coordinator.hypervisor.liveMachines == 1)
            #expect(try await coordinator.run("y", mayCreate: false) == .sessionGone(.cooldown))
            #expect(coordinator.hypervisor.liveMachines == 0)
            #expect(coordinator.hypervisor.orders == ["x"])
        }
    }

    @Test("A newer generation waits until the machine of the older one is gone, also where it is ready")
    func replacement() async throws {
        try await PlayedCoordinator.with(capacity: 3) { coordinator in
            coordinator.hypervisor.setDelays(end: .milliseconds(300))
            _ = try await coordinator.run("set x old")
            async let running = coordinator.run("hang")
            #expect(await eventually { coordinator.hypervisor.orders.contains("hang") })
            let anew = try await coordinator.run("get x", generation: 2)
            #expect(anew.printed == "nothing")
            #expect(try await running.failureCode == .noSessionFound)
            #expect(coordinator.hypervisor.peakMachines == 1)
            // The older one is answered as gone, whatever it asks for.
            #expect(try await coordinator.run("late", generation: 1) == .sessionGone(.stopped))
            #expect(!coordinator.hypervisor.orders.contains("late"))
        }
    }

    @Test("A stop is answered when the machine is gone, and a machine that is being made is given up")
    func stop() async throws {
        try await PlayedCoordinator.with { coordinator in
            coordinator.hypervisor.setDelays(end: .milliseconds(200))
            _ = try await coordinator.run("x", in: "living")
            #expect(try await coordinator.ask(.stopSession(coordinator.life("living"), .stopped)) == .done)
            #expect(coordinator.hypervisor.liveMachines == 0)

            coordinator.hypervisor.setDelays(start: .seconds(60))
            async let starting = coordinator.run("y", in: "starting")
            #expect(await eventually { coordinator.hypervisor.attempts == 2 })
            let stopped = try await coordinator.ask(
                .stopSession(coordinator.life("starting"), .stopped),
                limit: .seconds(5)
            )
            #expect(stopped == .done)
            #expect(try await starting.failureCode == .noSessionFound)
            #expect(coordinator.hypervisor.orders == ["x"])
        }
    }

    @Test(
        "A sandbox that cannot be started is told like none, so that another worker may begin it; its end is reported"
    )
    func startFailure() async throws {
        try await PlayedCoordinator.with { coordinator in
            coordinator.hypervisor.setFailsToStart(true)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for number in 0..<5 { group.addTask { try await coordinator.run("x \(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for answer in answers { #expect(answer == .sessionGone(.startFailed)) }
            #expect(try await coordinator.pendingEnds() == [.startFailed])
            coordinator.hypervisor.setFailsToStart(false)
            #expect(try await coordinator.run("fine", generation: 2).printed == "fine")
        }
    }

    @Test("Ended sessions are reported in order until they are acknowledged, and no longer")
    func reports() async throws {
        try await PlayedCoordinator.with { coordinator in
            for number in 0..<5 {
                _ = try await coordinator.run("x", in: "session-\(number)")
                let stop = Command.Request.stopSession(try coordinator.life("session-\(number)"), .stopped)
                #expect(try await coordinator.ask(stop) == .done)
            }
            #expect(try await eventually { try await coordinator.pong().ended.count == 5 })
            let all = try await coordinator.pong().ended
            #expect(all.map(\.number) == [1, 2, 3, 4, 5])
            let rest = try await coordinator.pong(acknowledging: 3).ended
            #expect(rest.map(\.number) == [4, 5])
            #expect(try await coordinator.pong(acknowledging: 1).ended.map(\.number) == [4, 5])
            #expect(try await coordinator.pong(acknowledging: 5).ended.isEmpty)
        }
    }

    @Test("The list of sessions leaves none out, although others end while it is told")
    func list() async throws {
        try await PlayedCoordinator.with(capacity: 5_000) { coordinator in
            let count = WireLimits.sessionsPerList + 200
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask { _ = try await coordinator.run("x", in: "session-\(number)") }
                }
                try await group.waitForAll()
            }
            let lease = Duration.seconds(3_600)
            guard
                case .sessions(let first, let next?) = try await coordinator.ask(
                    .hello(offset: 0, lease: lease)
                )
            else {
                Issue.record("the list has one part")
                return
            }
            for session in first.prefix(150) {
                #expect(try await coordinator.ask(.stopSession(session, .stopped)) == .done)
            }
            guard
                case .sessions(let second, nil) = try await coordinator.ask(
                    .hello(offset: next, lease: lease)
                )
            else {
                Issue.record("the list has more than two parts")
                return
            }
            #expect(Set(first + second).count == count)
        }
    }
}

extension PlayedCoordinator {
    /// Pings the worker.
    func pong(acknowledging number: UInt64 = 0, epoch: WorkerEpoch = WorkerEpoch(1)) async throws -> Pong {
        let ping = Command.Request.ping(lease: .seconds(3_600), endedAcknowledged: number)
        let answer = try await ask(ping, epoch: epoch)
        guard case .pong(let pong) = answer else { throw UnexpectedAnswer(answer: answer) }
        return pong
    }

    /// The causes of the ends that the worker reports, once it reports any.
    func pendingEnds() async throws -> [EndCause] {
        _ = try await eventually { try await !pong().ended.isEmpty }
        return try await pong().ended.map(\.cause)
    }
}

/// An answer that does not fit the question.
struct UnexpectedAnswer: Error {
    let answer: Answer
}

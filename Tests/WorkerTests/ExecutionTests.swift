import Domain
import TestSupport
import Testing
import Wire
import Worker

@Suite("Executions of one session")
struct ExecutionTests {
    @Test("Executions run one at a time, in the order of arrival")
    func order() async throws {
        try await PlayedCoordinator.with { coordinator in
            try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await coordinator.run("hold first").printed }
                #expect(await eventually { coordinator.hypervisor.isHolding("first") })
                for number in 0..<10 {
                    // One after the other into the inbox: the order of arrival is the order of sending.
                    let spec = "waiting \(number)"
                    group.addTask { try await coordinator.run(spec, wait: .seconds(10)).printed }
                    #expect(try await eventually { try await Self.isKnown(spec, to: coordinator) })
                }
                #expect(coordinator.hypervisor.orders == ["hold first"])
                await coordinator.hypervisor.release("first")
                for try await printed in group { #expect(printed != nil) }
            }
            #expect(coordinator.hypervisor.orders == ["hold first"] + (0..<10).map { "waiting \($0)" })
        }
    }

    private static func isKnown(_ code: String, to coordinator: PlayedCoordinator) async throws -> Bool {
        let read = ReadEventsRequest(
            session: try coordinator.life(),
            execution: try ExecutionID("run-\(code)".replacing(" ", with: "-")),
            fromSequence: 0,
            wait: .zero
        )
        return try await coordinator.ask(.readEvents(read)).failureCode == nil
    }

    @Test("An execution's name runs once and gives the same answer; with other code it is a conflict")
    func idempotency() async throws {
        try await PlayedCoordinator.with { coordinator in
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<50 { group.addTask { try await coordinator.run("same", name: "once") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.printed == "same" && $0.outcome?.status == .succeeded })
            #expect(coordinator.hypervisor.orders == ["same"])
            #expect(try await coordinator.run("other", name: "once").failureCode == .executionConflict)
            #expect(try await coordinator.run("same", name: "once").printed == "same")
            #expect(coordinator.hypervisor.orders == ["same"])
        }
    }

    @Test("A time-out interrupts the code and keeps the session")
    func timeout() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.run("set x kept")
            let answer = try await coordinator.run("hang", timeout: .milliseconds(100))
            #expect(answer.outcome?.status == .timedOut)
            #expect(answer.outcome?.errorName == "TimeoutError")
            #expect(try await coordinator.run("get x").printed == "kept")
        }
    }

    @Test(
        "A guest that takes no notice of an interrupt, or takes no order, ends its session in bounded time",
        arguments: ["deaf", "stuck"]
    )
    func unresponsive(code: String) async throws {
        let patience = GuestPatience(
            grace: .milliseconds(50),
            reportMargin: .milliseconds(100),
            orderTimeout: .milliseconds(200)
        )
        try await PlayedCoordinator.with(patience: patience) { coordinator in
            let started = ContinuousClock.now
            let answer = try await coordinator.run(code, timeout: .milliseconds(50))
            #expect(answer.failureCode == .sandboxFailed)
            #expect(started.duration(to: .now) < .seconds(8), "far below the usual patience")
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
            let gone = try await coordinator.run("again", mayCreate: false)
            #expect(gone == .sessionGone(.guestUnresponsive))
        }
    }

    @Test("Code that waits is cancelled without having run, code that runs is interrupted")
    func cancellation() async throws {
        try await PlayedCoordinator.with { coordinator in
            async let running = coordinator.run("hang", name: "running")
            #expect(await eventually { coordinator.hypervisor.orders == ["hang"] })
            async let waiting = coordinator.run("never", name: "waiting")
            let session = try coordinator.life()
            #expect(
                try await eventually {
                    try await coordinator.ask(.cancel(session, try ExecutionID("waiting"))) == .done
                }
            )
            #expect(try await waiting.outcome?.status == .cancelled)
            #expect(try await coordinator.ask(.cancel(session, try ExecutionID("running"))) == .done)
            #expect(try await running.outcome?.status == .cancelled)
            #expect(coordinator.hypervisor.orders == ["hang"])
            let unknown = try await coordinator.ask(.cancel(session, try ExecutionID("nobody")))
            #expect(unknown.failureCode == .executionNotFound)
            // An execution that has ended stays as it ended.
            #expect(try await coordinator.ask(.cancel(session, try ExecutionID("running"))) == .done)
            #expect(try await coordinator.run("after").printed == "after")
        }
    }

    @Test(
        "When the machine dies, what runs and what waits fails at once, and nothing is run again",
        arguments: ["crash", "trouble"]
    )
    func machineDeath(code: String) async throws {
        try await PlayedCoordinator.with { coordinator in
            async let first = coordinator.run("hold back")
            #expect(await eventually { coordinator.hypervisor.isHolding("back") })
            let codes = [code] + (0..<5).map { "waiting \($0)" }
            try await withThrowingTaskGroup(of: FailureCode?.self) { group in
                for code in codes {
                    group.addTask { try await coordinator.run(code).failureCode }
                    #expect(try await eventually { try await Self.isKnown(code, to: coordinator) })
                }
                await coordinator.hypervisor.release("back")
                for try await failure in group { #expect(failure == .sandboxFailed) }
            }
            #expect(try await first.printed == "released back")
            #expect(coordinator.hypervisor.orders == ["hold back", code])
            #expect(try await coordinator.run("new", generation: 2).printed == "new")
            #expect(coordinator.hypervisor.orders == ["hold back", code, "new"])
        }
    }

    @Test("What a hostile guest says of other executions is left out")
    func chatter() async throws {
        try await PlayedCoordinator.with { coordinator in
            let answer = try await coordinator.run("chatter")
            #expect(answer.printed == "chattered")
            #expect(answer.outcome?.status == .succeeded)
            #expect(try await coordinator.run("foreign").printed == "mine")
        }
    }

    @Test("A flood of tiny events stops nobody and costs its bytes: nothing of it is lost")
    func drizzle() async throws {
        try await PlayedCoordinator.with(pool: {
            $0.limits.outputBytes = 1 << 20
            $0.limits.resultBytes = 1 << 10
        }) { coordinator in
            let started = ContinuousClock.now
            let readers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await coordinator.run("drizzle 20000") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for answer in readers {
                // Each for itself would be beyond the bound of about 1 MiB.
                #expect(answer.outcome?.wasTruncated == false)
                #expect(answer.printed?.count == 20_000)
            }
            #expect(started.duration(to: .now) < .seconds(60))
        }
    }

    @Test("A page that is full is answered before the end of the code")
    func fullPage() async throws {
        try await PlayedCoordinator.with { coordinator in
            // Chunks of 64 KiB: the page is full with fewer bytes than its limit.
            async let all = coordinator.run("flood 50")
            guard case .events(let page) = try await all else {
                Issue.record("no page")
                return
            }
            #expect(!page.isComplete)
            let read = ReadEventsRequest(
                session: try coordinator.life(),
                execution: try ExecutionID("run-flood-50"),
                fromSequence: page.nextSequence,
                wait: .seconds(5)
            )
            let rest = try await coordinator.ask(.readEvents(read))
            #expect(rest.outcome?.status == .succeeded)
        }
    }
}

import Domain
import TestSupport
import Testing
import Wire
import Worker

@Suite("Executions that go on without their client")
struct BegunExecutionTests {
    @Test("What waits for nothing is answered at once, also while the session is still being made")
    func beginning() async throws {
        try await PlayedCoordinator.with { coordinator in
            coordinator.hypervisor.setDelays(start: .seconds(5))
            let form = AnswerForm(executionType: "Asynchronous")
            let page = try await coordinator.run("hold it", name: "begun", form: form, wait: .zero).page
            #expect(coordinator.hypervisor.madeMachines == 0, "before there is a machine")
            #expect(page?.events == [])
            #expect(page?.isComplete == false)
            #expect(page?.hasStarted == false)
            #expect(page?.isNewSession == true)
            #expect(page?.form == form)
            #expect(await eventually(within: .seconds(20)) { coordinator.hypervisor.isHolding("it") })
            #expect(try await coordinator.read("begun").page?.hasStarted == true)
            #expect(try await coordinator.read("begun").page?.isComplete == false)
            // Nobody waits for it, and it ends all the same.
            await coordinator.hypervisor.release("it")
            #expect(try await coordinator.read("begun", wait: .seconds(10)).printed == "released it")
            #expect(try await coordinator.read("begun").page?.form == form)
        }
    }

    @Test("A reader is woken by the first event beyond the cursor, while the code still runs")
    func firstEvent() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.run("speak it", name: "begun", wait: .zero)
            let first = try await coordinator.read("begun", wait: .seconds(10)).page
            #expect(coordinator.hypervisor.isHolding("it"), "it runs on")
            #expect(first?.events.map(\.event) == [.standardOutput(Array("said ".utf8))])
            #expect(first?.isComplete == false)
            let next = try #require(first?.nextSequence)
            // There is nothing new: the answer comes when the wait is over, and is empty.
            let nothing = try await coordinator.read("begun", from: next, wait: .milliseconds(50)).page
            #expect(nothing?.events == [])
            #expect(nothing?.nextSequence == next)
            async let rest = coordinator.read("begun", from: next, wait: .seconds(10))
            await coordinator.hypervisor.release("it")
            var answer = try await rest
            #expect(answer.page?.events.first?.event == .standardOutput(Array("released it".utf8)))
            if answer.page?.isComplete == false {
                answer = try await coordinator.read("begun", from: next + 1, wait: .seconds(10))
            }
            #expect(answer.outcome?.status == .succeeded)
            // Of an ended execution all is told at once, how long one would wait.
            let started = ContinuousClock.now
            #expect(
                try await coordinator.read("begun", from: 100, wait: .seconds(10)).page?.isComplete == true
            )
            #expect(try await coordinator.read("begun", wait: .seconds(10)).printed == "said released it")
            #expect(started.duration(to: .now) < .seconds(5))
        }
    }

    @Test("Cancelled by name, what waits never runs, what runs is interrupted, what ended stays")
    func cancellation() async throws {
        try await PlayedCoordinator.with { coordinator in
            let session = try coordinator.life()
            _ = try await coordinator.run("hang", name: "running", wait: .zero)
            #expect(await eventually { coordinator.hypervisor.orders == ["hang"] })
            _ = try await coordinator.run("never", name: "waiting", wait: .zero)
            #expect(try await coordinator.ask(.cancel(session, try ExecutionID("waiting"))) == .done)
            let withdrawn = try await coordinator.read("waiting")
            #expect(withdrawn.outcome?.status == .cancelled)
            #expect(withdrawn.page?.hasStarted == false)
            #expect(try await coordinator.ask(.cancel(session, try ExecutionID("running"))) == .done)
            #expect(try await coordinator.read("running", wait: .seconds(10)).outcome?.status == .cancelled)
            let ended = try await coordinator.run("x", name: "ended")
            #expect(try await coordinator.ask(.cancel(session, try ExecutionID("ended"))) == .done)
            #expect(try await coordinator.read("ended").outcome == ended.outcome)
            #expect(coordinator.hypervisor.orders == ["hang", "x"])
        }
    }

    @Test(
        "Abandoned by the only one who asked, code is interrupted, also when its request comes later; others keep it"
    )
    func abandonment() async throws {
        try await PlayedCoordinator.with { coordinator in
            let session = try coordinator.life()
            func abandon(_ name: String) async throws {
                #expect(try await coordinator.ask(.abandon(session, try ExecutionID(name))) == .done)
            }
            _ = try await coordinator.run("hang", name: "alone", wait: .zero)
            try await abandon("alone")
            #expect(try await coordinator.read("alone", wait: .seconds(10)).outcome?.status == .cancelled)
            _ = try await coordinator.run("hang", name: "shared", wait: .zero)
            _ = try await coordinator.run("hang", name: "shared", wait: .zero)
            try await abandon("shared")
            try await abandon("early")
            let early = try await coordinator.run("never", name: "early")
            #expect(early.outcome?.status == .cancelled)
            // An interrupt would end it at once; this waits long enough to see that.
            #expect(try await coordinator.read("shared", wait: .milliseconds(200)).outcome == nil)
            #expect(!coordinator.hypervisor.orders.contains("never"))
        }
    }

    @Test("A time-out ends what was begun, although nobody asks")
    func timeout() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.run("hang", name: "begun", timeout: .milliseconds(100), wait: .zero)
            _ = try await coordinator.run("after", name: "next")
            #expect(try await coordinator.read("begun").outcome?.status == .timedOut)
        }
    }

    @Test("A command's exit code is told; one that ran into its time-out has none, a cancelled one its own")
    func exitCodes() async throws {
        try await PlayedCoordinator.with { coordinator in
            let command = ExecutionInput(.shellCommand("exit 3"))
            #expect(try await coordinator.run("exit", input: command).outcome?.exitCode == 3)
            let hanging = ExecutionInput(.shellCommand("hang"))
            let late = try await coordinator.run(
                "late",
                input: hanging,
                timeout: .milliseconds(100)
            )
            #expect(late.outcome?.status == .timedOut)
            #expect(late.outcome?.exitCode == nil)
            // The contract tells the time-out itself.
            #expect(late.outcome?.duration == .milliseconds(100))
            _ = try await coordinator.run("hang", name: "cancelled", input: hanging, wait: .zero)
            _ = try await coordinator.ask(.cancel(try coordinator.life(), try ExecutionID("cancelled")))
            let answer = try await coordinator.read("cancelled", wait: .seconds(10))
            #expect(answer.outcome?.status == .cancelled)
        }
    }

    @Test("Of an ended session nothing is told any more, once its machine is gone")
    func endedSession() async throws {
        try await PlayedCoordinator.with { coordinator in
            coordinator.hypervisor.setDelays(end: .milliseconds(300))
            let session = try coordinator.life()
            _ = try await coordinator.run("x", name: "done")
            async let stopped = coordinator.ask(.stopSession(session, .stopped))
            #expect(
                try await eventually {
                    try await coordinator.read("done", wait: .seconds(5)) == .sessionGone(.stopped)
                }
            )
            #expect(coordinator.hypervisor.liveMachines == 0)
            #expect(try await stopped == .done)
            #expect(
                try await coordinator.ask(.cancel(session, try ExecutionID("done"))) == .sessionGone(.stopped)
            )
        }
    }

    @Test("A reader who waits while the session ends is told why at once")
    func endWhileReading() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.run("hold it", name: "begun", wait: .zero)
            #expect(await eventually { coordinator.hypervisor.isHolding("it") })
            async let reading = coordinator.read("begun", wait: .seconds(20))
            let started = ContinuousClock.now
            #expect(try await coordinator.ask(.stopSession(try coordinator.life(), .stopped)) == .done)
            let answer = try await reading
            #expect(answer.failureCode == .noSessionFound || answer == .sessionGone(.stopped))
            #expect(started.duration(to: .now) < .seconds(10))
        }
    }

    @Test("A name whose result is no longer kept does not run again, and is not found any more")
    func droppedResults() async throws {
        try await PlayedCoordinator.with { coordinator in
            for number in 0...64 { _ = try await coordinator.run("code \(number)", name: "run-\(number)") }
            let again = try await coordinator.run("code 0", name: "run-0")
            #expect(again.failureCode == .executionConflict)
            #expect(try await coordinator.read("run-0").failureCode == .executionNotFound)
            let cancel = try await coordinator.ask(.cancel(try coordinator.life(), try ExecutionID("run-0")))
            #expect(cancel.failureCode == .executionNotFound)
            #expect(try await coordinator.run("code 1", name: "run-1").printed == "code 1")
            #expect(coordinator.hypervisor.orders.count == 65)
        }
    }

    @Test("A slow reader costs no more than the journal's bound, and gets the beginning of what was said")
    func slowReader() async throws {
        try await PlayedCoordinator.with(pool: {
            $0.limits.outputBytes = 1 << 20
            $0.limits.resultBytes = 1 << 10
            $0.limits.images = 0
        }) { coordinator in
            // 8 MiB from a guest that does not keep to its limits, and nobody reads.
            _ = try await coordinator.run("flood 128", name: "begun", timeout: .seconds(60), wait: .zero)
            _ = try await coordinator.run("after", wait: .seconds(60))
            var (sequence, read) = (UInt64(0), 0)
            var outcome: Outcome?
            while outcome == nil {
                let page = try #require(try await coordinator.read("begun", from: sequence).page)
                for case .standardOutput(let bytes) in page.events.map(\.event) { read += bytes.count }
                if case .ended(let ended) = page.events.last?.event { outcome = ended }
                sequence = page.nextSequence
            }
            #expect(outcome?.wasTruncated == true)
            let bound = 1 << 20
            #expect(read <= bound + 4_096)
            #expect(read > bound / 2)
        }
    }

    @Test("The worker tells what its image has installed, and says so when it does not know")
    func image() async throws {
        try await PlayedCoordinator.with { coordinator in
            let answer = try await coordinator.ask(.describeImage(.node))
            #expect(answer == .image(PlayedHypervisor.image(of: .node)))
            #expect(try await coordinator.ask(.describeImage(.shell)).failureCode == .noWorkerAvailable)
            #expect(coordinator.log.entries.contains { $0.contains("does not tell what is installed") })
        }
    }
}

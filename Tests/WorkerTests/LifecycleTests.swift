import Domain
import TestSupport
import Testing
import Wire

@testable import Worker

@Suite("How long a session lives, and what it dies of")
struct LifecycleTests {
    @Test("A session with a greatest age ends then, also with code in it, and never for being idle")
    func maxAlive() async throws {
        try await PlayedCoordinator.with(pool: { $0.lifecycle = .onContainerExit(maxAlive: .seconds(2)) }) {
            coordinator in
            _ = try await coordinator.run("x", in: "idle-one")
            let answer = try await coordinator.run("hang", in: "busy-one")
            #expect(answer.failureCode == .noSessionFound)
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
            for identifier in ["idle-one", "busy-one"] {
                let later = try await coordinator.run("y", in: identifier, mayCreate: false)
                #expect(later == .sessionGone(.maxAlive))
            }
        }
    }

    @Test("A reader who waits keeps a session from being idle")
    func reader() async throws {
        try await PlayedCoordinator.with(pool: { $0.lifecycle = .timed(cooldown: .milliseconds(300)) }) {
            coordinator in
            async let running = coordinator.run("hold it", wait: .zero)
            #expect(await eventually { coordinator.hypervisor.isHolding("it") })
            _ = try await running
            let read = ReadEventsRequest(
                session: try coordinator.life(),
                execution: try ExecutionID("run-hold it".replacing(" ", with: "-")),
                fromSequence: 0,
                wait: .seconds(10)
            )
            async let page = coordinator.ask(.readEvents(read))
            try await Task.sleep(for: .milliseconds(900))
            await coordinator.hypervisor.release("it")
            #expect(try await page.printed == "released it")
        }
    }

    @Test("A description tells of the session's life and is no use of it")
    func description() async throws {
        try await PlayedCoordinator.with { coordinator in
            guard case .events(let page) = try await coordinator.run("x") else { throw CancellationError() }
            let wanted = [try coordinator.life(), try coordinator.life("stranger")]
            guard case .descriptions(let first) = try await coordinator.ask(.describeSessions(wanted)),
                case .descriptions(let second) = try await coordinator.ask(.describeSessions(wanted))
            else { throw CancellationError() }
            #expect(first.count == 1)
            #expect(first == second)
            #expect(first.first?.instance == page.sessionInstance)
            #expect(first.first?.session == wanted[0])
            async let running = coordinator.run("hang")
            #expect(await eventually { coordinator.hypervisor.orders.contains("hang") })
            guard case .descriptions(let busy) = try await coordinator.ask(.describeSessions(wanted)) else {
                throw CancellationError()
            }
            #expect(
                (busy.first?.lastAccessedMilliseconds ?? 0) >= (first.first?.lastAccessedMilliseconds ?? 0)
            )
            #expect(busy.first?.createdMilliseconds == first.first?.createdMilliseconds)
            _ = try await coordinator.ask(.stopSession(wanted[0], .stopped))
            #expect(try await running.failureCode == .noSessionFound)
            #expect(try await coordinator.ask(.describeSessions(wanted)) == .descriptions([]))
        }
    }

    @Test("A request that comes after its session was stopped begins nothing")
    func stoppedBeforeItBegan() async throws {
        try await PlayedCoordinator.with { coordinator in
            let stop = Command.Request.stopSession(try coordinator.life("session", 5), .stopped)
            #expect(try await coordinator.ask(stop) == .sessionGone(nil))
            guard case .sessionGone = try await coordinator.run("late", generation: 5) else {
                Issue.record("it began after all")
                return
            }
            #expect(coordinator.hypervisor.madeMachines == 0)
            #expect(try await coordinator.run("next", generation: 6).printed == "next")
        }
    }

    @Test(
        "A guest that gives up for want of memory is told apart from one that crashes",
        arguments: [
            ("panic Kernel panic - not syncing: System is deadlocked on memory", EndCause.outOfMemory),
            (
                "panic [   1.2] Kernel panic - not syncing: Out of memory: compulsory panic_on_oom",
                .outOfMemory
            ),
            ("panic Kernel panic - not syncing: Attempted to kill init!", .guestCrashed),
            ("panic the session says: Out of memory", .guestCrashed), ("crash", .guestCrashed),
        ]
    )
    func outOfMemory(code: String, cause: EndCause) async throws {
        try await PlayedCoordinator.with { coordinator in
            let answer = try await coordinator.run(code, name: "run-1")
            #expect(answer.failureCode == .sandboxFailed)
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
            #expect(try await coordinator.run("y", mayCreate: false) == .sessionGone(cause))
        }
    }

    @Test("The capacity follows memory, processors and the guests' size, and is shared")
    func capacity() {
        func sessions(_ gibibytes: Int, _ processors: Int, shares: Int = 1, guest: Int = 512) -> Int {
            MachineCapacity.capacity(
                memoryBytes: gibibytes << 30,
                processors: processors,
                shares: shares,
                guestMemoryMiB: guest
            ).sessions
        }
        #expect(sessions(24, 2) == 153)
        #expect(sessions(24, 1) == 96, "one processor carries fewer than fit into memory")
        #expect(sessions(24, 2, shares: 3) == 51)
        #expect(sessions(24, 2, guest: 2_048) == 53)
        #expect(sessions(0, 0) == 1)
        #expect(sessions(1_024, 64) == 6_144)
    }
}

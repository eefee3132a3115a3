import Domain
import TestSupport
import Testing
import Wire

@Suite("A worker with no-op sandboxes")
struct NoOpTests {
    @Test("An execution is answered with words that no code prints and the beginning of its code")
    func answer() async throws {
        try await PlayedCoordinator.with(isNoOp: true) { coordinator in
            let first = try await coordinator.run("nonce 1")
            #expect(first.printed == "no-op sandbox: nonce 1\n")
            #expect(first.outcome?.status == .succeeded)
            #expect(first.outcome?.exitCode == nil)
            #expect(first.page?.isNewSession == true)
            let second = try await coordinator.run("nonce 2")
            #expect(second.printed == "no-op sandbox: nonce 2\n")
            #expect(second.page?.isNewSession == false)
            #expect(second.page?.sessionInstance == first.page?.sessionInstance)
            let command = try await coordinator.run(
                "",
                name: "command",
                input: ExecutionInput(.shellCommand("exit 3"))
            )
            #expect(command.printed == "no-op sandbox: exit 3\n")
            #expect(command.outcome?.exitCode == 0)
            // The script's machines are not asked.
            #expect(coordinator.hypervisor.attempts == 0)
        }
    }

    @Test("Long code is echoed to a bound, never beyond the pool's limit and never inside a character")
    func bounds() async throws {
        let long = String(repeating: "✓", count: 1_000)
        let echo = NoOpAnswer.output(for: .code(long))
        #expect(echo == "no-op sandbox: " + String(repeating: "✓", count: 85) + "\n")
        try await PlayedCoordinator.with(isNoOp: true, pool: { $0.limits.outputBytes = 5 }) { coordinator in
            let answer = try await coordinator.run(long, name: "long")
            #expect(answer.printed == "no-op")
        }
    }

    @Test("Sessions live and end as all do, files and terminals are refused, and the worker says what it is")
    func surroundings() async throws {
        try await PlayedCoordinator.with(isNoOp: true) { coordinator in
            guard case .worker(let description) = try await coordinator.ask(.describeWorker) else {
                Issue.record("a worker describes itself")
                return
            }
            #expect(description.hasNoOpSandboxes)
            let ready = ReadyTarget(pool: coordinator.pool, count: 2)
            #expect(try await coordinator.ask(.keepReady([ready])) == .done)
            #expect(try await coordinator.run("x").printed == "no-op sandbox: x\n")
            let session = try coordinator.life()
            let look = FileRequest(
                session: session,
                mayCreate: false,
                pool: coordinator.pool,
                order: .look(try SessionFilePath("a")),
                wait: .seconds(10)
            )
            #expect(try await coordinator.ask(.file(look)) == .file(.trouble(.notPermitted)))
            #expect(try await coordinator.ask(.stopSession(session, .stopped)) == .done)
            #expect(
                try await coordinator.run("y", mayCreate: false) == .sessionGone(.stopped)
            )
        }
    }

    @Test("A worker with machines does not say that it has none")
    func machines() async throws {
        try await PlayedCoordinator.with { coordinator in
            guard case .worker(let description) = try await coordinator.ask(.describeWorker) else {
                Issue.record("a worker describes itself")
                return
            }
            #expect(!description.hasNoOpSandboxes)
        }
    }
}

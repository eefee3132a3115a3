import Domain
import Glibc
import Testing

@testable import MicroVM

@Suite("Processes started ahead", .serialized, .enabled(if: RealMachine.isAvailable, RealMachine.advice))
struct ZygoteTests {
    /// Runs `body` with a worker of its own that keeps processes ahead, and waits until all are gone.
    private static func withWorker(
        _ body: (QEMUHypervisor, _ notes: @escaping @Sendable () -> [Int32]) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let notes: @Sendable () -> [Int32] = {
            Host.names(in: folder.path).compactMap { Int32($0.split(separator: "-").last ?? "") }
        }
        let worker = try await QEMUHypervisor(RealMachine.configuration(runDirectory: folder.path))
        try await worker.prepare(try RealMachine.pool()) { print("template: \($0)") }
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run { print("zygote: \($0)") } }
            let result: Result<Void, any Error>
            do { result = .success(try await body(worker, notes)) } catch { result = .failure(error) }
            group.cancelAll()
            return result
        }
        #expect(notes() == [], "who has returned has left no process behind")
        try result.get()
    }

    /// Claims machines until one comes from a process that waited.
    private static func claimOneThatWaited(_ worker: QEMUHypervisor) async throws -> StageTimings {
        while true {
            let timings = try await worker.withMachine(for: try RealMachine.pool()) { machine in
                let output = try await machine.run("print(6 * 7)")
                #expect(output == "42\n")
                return machine.timings
            }
            if timings[.spawn] == nil { return timings }
        }
    }

    @Test("A claim that finds one pays for the new identity alone", .timeLimit(.minutes(5)))
    func claim() async throws {
        try await Self.withWorker { worker, _ in
            let timings = try await Self.claimOneThatWaited(worker)
            #expect(timings.recorded.map(\.stage) == [.reseed])
        }
    }

    @Test("Machines made ahead leave them to those who are in a hurry", .timeLimit(.minutes(5)))
    func refill() async throws {
        try await Self.withWorker { worker, _ in
            _ = try await Self.claimOneThatWaited(worker)
            let timings = try await worker.withMachine(for: try RealMachine.pool(), urgency: .refill) {
                $0.timings
            }
            #expect(timings.recorded.map(\.stage) == [.spawn, .load, .reseed])
        }
    }

    @Test("One that dies is given to nobody, and another takes its place", .timeLimit(.minutes(5)))
    func death() async throws {
        try await Self.withWorker { worker, notes in
            _ = try await Self.claimOneThatWaited(worker)
            #expect(await eventually(within: .seconds(30)) { notes().count == 2 })
            let killed = notes()
            for process in killed { kill(process, SIGKILL) }
            #expect(await eventually(within: .seconds(30)) { Set(notes()).isDisjoint(with: killed) })
            _ = try await Self.claimOneThatWaited(worker)
        }
    }

    @Test("A machine from one ends with its claim, also when the claim is cancelled", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        try await Self.withWorker { worker, _ in
            _ = try await Self.claimOneThatWaited(worker)
            let pool = try RealMachine.pool()
            let claims = AsyncStream.makeStream(of: Int32.self)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await worker.withMachine(for: pool) { machine in
                        claims.continuation.yield(machine.processIdentifier)
                        for await _ in machine.frames {}
                    }
                    claims.continuation.finish()
                }
                var process: Int32 = 0
                for await claimed in claims.stream {
                    process = claimed
                    group.cancelAll()
                }
                #expect(process != 0 && !isRunning(process))
            }
        }
    }
}

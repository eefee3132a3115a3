import Domain
import TestSupport
import Testing
import Wire

@testable import Worker

@Suite("What a worker tells of itself and of its guests' consoles")
struct ConsoleTests {
    private func text(_ answer: Answer) -> String? {
        guard case .console(let bytes) = answer else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    @Test("A console is kept when it was read, to a bound, and its end for a while after its session")
    func console() async throws {
        try await PlayedCoordinator.with { coordinator in
            let session = try coordinator.life()
            #expect(try await coordinator.ask(.readConsole(session)) == .sessionGone(nil))
            _ = try await coordinator.run("kernel a 1")
            #expect(text(try await coordinator.ask(.readConsole(session))) == "a")
            _ = try await coordinator.run("kernel b 2")
            #expect(text(try await coordinator.ask(.readConsole(session))) == "abb")
            #expect(text(try await coordinator.ask(.readConsole(session))) == "abb")
            // Three bytes each: the bound cuts one of them, which is left out whole.
            _ = try await coordinator.run("kernel ✓ 30000", name: "third")
            let long = try #require(text(try await coordinator.ask(.readConsole(session))))
            #expect(long.utf8.count <= 64 << 10)
            #expect(long.utf8.count > (64 << 10) - 3)
            #expect(long.allSatisfy { $0 == "✓" })
            #expect(try await coordinator.ask(.stopSession(session, .stopped)) == .done)
            let last = try #require(text(try await coordinator.ask(.readConsole(session))))
            #expect(last.utf8.count <= FormerConsoles.bytesMax)
            #expect(last.utf8.count > FormerConsoles.bytesMax - 3)
            // Another session of the identifier has another console.
            let later = SessionLife(
                key: session.key,
                generation: SessionGeneration(session.generation.number + 1)
            )
            #expect(try await coordinator.ask(.readConsole(later)) == .sessionGone(nil))
        }
    }

    @Test("A worker tells its version and how many sandboxes wait for a session")
    func description() async throws {
        try await PlayedCoordinator.with { coordinator in
            guard case .worker(let before) = try await coordinator.ask(.describeWorker) else {
                Issue.record("a worker describes itself")
                return
            }
            #expect(before.version == ProductVersion.text)
            #expect(before.startedMilliseconds > 1_600_000_000_000)
            #expect(before.ready.isEmpty)
            let pool = PoolConfiguration(name: try PoolName("python"))
            #expect(try await coordinator.ask(.keepReady([ReadyTarget(pool: pool, count: 2)])) == .done)
            let deadline = ContinuousClock.now + .seconds(30)
            var ready: [WorkerDescription.Ready] = []
            while ready.first?.ready != 2, .now < deadline {
                if case .worker(let now) = try await coordinator.ask(.describeWorker) { ready = now.ready }
            }
            #expect(ready == [.init(pool: pool.name, wanted: 2, ready: 2, starting: 0)])
        }
    }
}

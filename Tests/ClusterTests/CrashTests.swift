import APIModel
import Client
import Foundation
import Glibc
import Testing

/// Machines that die under their sessions.
@Suite("Crashes", .enabled(if: RunningCluster.isPossible), .serialized)
struct CrashTests {
    @Test(
        "A machine that is killed is noticed at once: the running request is told, the next one begins anew"
    )
    func running() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let before = cluster.machines
            let first = try await cluster.run("kept = 1", in: "doomed-one")
            let machine = try #require(cluster.machines.subtracting(before).first)
            let endless = Task { try await cluster.run("while True: pass", in: "doomed-one") }
            #expect(await eventually { Processes.processorTime(of: machine) > .seconds(1) }, "the code runs")
            kill(machine, SIGKILL)
            let killed = ContinuousClock.now
            let error = await #expect(throws: ClientError.self) { try await endless.value }
            // By the event and not by the time-out of two minutes, on whatever busy machine.
            #expect(killed.duration(to: .now) < .seconds(30))
            #expect(error?.code == "SandboxFailed")
            #expect(error?.message.contains("guestCrashed") == true, "\(error?.message ?? "")")
            #expect(try await causeOfEnd(of: "doomed-one", in: cluster) == "guestCrashed")
            let next = try await cluster.run("'kept' in globals()", in: "doomed-one")
            #expect(next.isNewSession && next.sessionInstance != first.sessionInstance)
            #expect(next.resource.result == .boolean(false))
        }
    }

    @Test("A machine that is killed between two requests costs its session, and nobody waits for it")
    func idle() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let before = cluster.machines
            try await cluster.run("kept = 1", in: "doomed-one")
            let machine = try #require(cluster.machines.subtracting(before).first)
            kill(machine, SIGKILL)
            #expect(try await causeOfEnd(of: "doomed-one", in: cluster) == "guestCrashed")
            let next = try await cluster.run("'kept' in globals()", in: "doomed-one")
            #expect(next.isNewSession)
            #expect(next.resource.result == .boolean(false))
        }
    }

    @Test("A ready machine that is killed is replaced, and no session gets the dead one")
    func ready() async throws {
        try await RunningCluster.with(workers: 1, ready: 2) { cluster in
            #expect(await eventually { cluster.machines.count == 2 })
            let dead = cluster.machines
            for machine in dead { kill(machine, SIGKILL) }
            #expect(await eventually { cluster.machines.subtracting(dead).count == 2 }, "both are replaced")
            #expect(cluster.machines.isDisjoint(with: dead))
            try await cluster.waitForReadySession()
        }
    }

    /// Why the identifier's last session ended, as its tombstone says; nil when there is none in time.
    private func causeOfEnd(of identifier: String, in cluster: RunningCluster) async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < deadline {
            let ended = try await cluster.client.endedSessions(of: identifier, pool: "python")
            if let last = ended.first { return last.cause }
            // The coordinator learns it with the worker's next answer to a ping.
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private func eventually(
        within limit: Duration = .seconds(20),
        _ condition: () -> Bool
    ) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !condition(), ContinuousClock.now < deadline {
            // The kernel tells nobody of a stranger's process.
            try? await Task.sleep(for: .milliseconds(20))
        }
        return condition()
    }
}

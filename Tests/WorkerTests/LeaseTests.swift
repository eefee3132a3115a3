import Domain
import TestSupport
import Testing
import Transport
import Wire

@Suite("A worker's lease, and messages for its other lives")
struct LeaseTests {
    @Test("A worker that loses its lease ends all sessions, in a new epoch, and serves nothing in between")
    func fencing() async throws {
        try await PlayedCoordinator.with(lease: nil) { coordinator in
            coordinator.hypervisor.setDelays(end: .milliseconds(200))
            _ = try await coordinator.ask(.hello(offset: 0, lease: .milliseconds(1_500)))
            for number in 0..<5 { _ = try await coordinator.run("x", in: "session-\(number)") }
            async let running = coordinator.run("hang", in: "session-0")
            #expect(try await running.failureCode == .sessionLost)
            // The lease is lost from here on; whatever comes with the old epoch is refused, pings first.
            let ping = Command.Request.ping(lease: .seconds(3_600), endedAcknowledged: 0)
            #expect(try await coordinator.ask(ping).failureCode == .staleAddressee)
            let hello = Command.Request.hello(offset: 0, lease: .seconds(3_600))
            #expect(try await coordinator.ask(hello).failureCode == .staleAddressee)
            #expect(try await coordinator.run("late", in: "session-1").failureCode == .staleAddressee)
            #expect(await eventually { coordinator.announced.epoch == WorkerEpoch(2) })
            // In the new epoch none of the old sessions is there, also while their machines go down.
            let epoch = WorkerEpoch(2)
            #expect(try await coordinator.ask(hello, epoch: epoch) == .sessions([], nextOffset: nil))
            let gone = try await coordinator.run("late", in: "session-1", mayCreate: false, epoch: epoch)
            guard case .sessionGone = gone else {
                Issue.record("\(gone)")
                return
            }
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
            #expect(try await eventually { try await coordinator.pong(epoch: epoch).ended.count == 5 })
            let ended = try await coordinator.pong(epoch: epoch).ended
            #expect(ended.allSatisfy { $0.cause == .workerLost })
            #expect(!coordinator.hypervisor.orders.contains("late"))
            let anew = try await coordinator.run("y", in: "session-1", generation: 2, epoch: epoch)
            #expect(anew.printed == "y")
        }
    }

    @Test("Sandboxes that go down after the loss of a lease keep their room until they are gone")
    func roomAfterFencing() async throws {
        try await PlayedCoordinator.with(capacity: 3, lease: nil) { coordinator in
            coordinator.hypervisor.setDelays(end: .milliseconds(1_000))
            _ = try await coordinator.ask(.hello(offset: 0, lease: .milliseconds(1_500)))
            for number in 0..<3 { _ = try await coordinator.run("x", in: "session-\(number)") }
            let hello = Command.Request.hello(offset: 0, lease: .seconds(3_600))
            #expect(await eventually { coordinator.announced.epoch == WorkerEpoch(2) })
            _ = try await coordinator.ask(hello, epoch: WorkerEpoch(2))
            let refused = try await coordinator.run("y", in: "another", epoch: WorkerEpoch(2))
            #expect(refused.failureCode == .sessionsCountExceedsLimit)
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
            let accepted = try await eventually {
                try await coordinator.pong(epoch: WorkerEpoch(2)).isAccepting
            }
            #expect(accepted)
            #expect(coordinator.hypervisor.peakMachines == 3)
        }
    }

    @Test("A ping that arrives after the lease revives nothing")
    func latePing() async throws {
        try await PlayedCoordinator.with(lease: nil) { coordinator in
            _ = try await coordinator.ask(.hello(offset: 0, lease: .milliseconds(1_500)))
            _ = try await coordinator.run("x")
            await coordinator.network.setAway(true, for: coordinator.workerAddress)
            async let ping = coordinator.ask(.ping(lease: .seconds(3_600), endedAcknowledged: 0))
            try await Task.sleep(for: .milliseconds(1_700))
            await coordinator.network.setAway(false, for: coordinator.workerAddress)
            #expect(try await ping.failureCode == .staleAddressee)
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
        }
    }

    @Test("Messages for another life, another epoch or another generation are refused and do nothing")
    func stale() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.run("set x 1", generation: 5)
            let requests: [Command.Request] = [
                .ping(lease: .seconds(1), endedAcknowledged: .max),
                .stopSession(try coordinator.life("session", 5), .stopped),
                .hello(offset: 0, lease: .seconds(1)),
            ]
            for request in requests {
                let other = Incarnation(coordinator.worker.number ^ 1)
                #expect(
                    try await coordinator.ask(request, addressee: other).failureCode == .staleAddressee
                )
                for epoch in [WorkerEpoch(0), WorkerEpoch(2)] {
                    #expect(try await coordinator.ask(request, epoch: epoch).failureCode == .staleAddressee)
                }
            }
            let older = try coordinator.life("session", 4)
            #expect(try await coordinator.ask(.stopSession(older, .stopped)) == .sessionGone(nil))
            #expect(try await coordinator.run("late", generation: 4) == .sessionGone(nil))
            #expect(try await coordinator.run("get x", generation: 5).printed == "1")
            #expect(coordinator.hypervisor.madeMachines == 1)
        }
    }

    @Test("A refusal asks a worker without a lease for a new epoch, and one with a lease for nothing")
    func refusedAnnouncement() async throws {
        let refusal = Failure(.staleAddressee, "This life was declared lost.")
        try await PlayedCoordinator.with(lease: nil) { coordinator in
            try await coordinator.send(.answer(.failure(refusal)))
            #expect(await eventually { coordinator.announced.epoch == WorkerEpoch(2) })
            let hello = Command.Request.hello(offset: 0, lease: .seconds(3_600))
            let epoch = WorkerEpoch(2)
            _ = try await coordinator.ask(hello, epoch: epoch)
            _ = try await coordinator.run("set x 1", epoch: epoch)
            // A second refusal of the same announcement was on its way for longer.
            try await coordinator.send(.answer(.failure(refusal)))
            #expect(try await coordinator.run("get x", epoch: epoch).printed == "1")
            #expect(try await coordinator.pong(epoch: epoch).epoch == epoch)
        }
    }

    @Test("A worker announces itself until it is called, and again when the calls stop")
    func announcing() async throws {
        try await PlayedCoordinator.with(lease: nil) { coordinator in
            #expect(await eventually { coordinator.announced.count >= 2 })
            _ = try await coordinator.ask(.hello(offset: 0, lease: .seconds(3_600)))
            _ = try await coordinator.pong()
            let before = coordinator.announced.count
            try await Task.sleep(for: .milliseconds(700))
            #expect(coordinator.announced.count <= before + 1)
            #expect(await eventually { coordinator.announced.count > before + 1 })
        }
    }
}

import Domain
import TestSupport
import Testing
import Wire
import Worker

@Suite("Pools of a worker")
struct PoolTests {
    private static func pool(_ runtime: Runtime) throws -> PoolConfiguration {
        PoolConfiguration(name: try PoolName(runtime.name), runtime: runtime)
    }

    @Test("The first pool is served while the others' templates are made, and their sessions wait for them")
    func lateTemplate() async throws {
        let (hypervisor, node) = (PlayedHypervisor(), try Self.pool(.node))
        hypervisor.setMissingTemplates([node.name])
        try await PlayedCoordinator.with(hypervisor: hypervisor, others: [node]) { coordinator in
            #expect(try await coordinator.run("first pool").printed == "first pool")
            var other = coordinator
            other.pool = node
            let page = try await other.run("second pool", name: "early", wait: .zero).page
            #expect(page?.hasStarted == false)
            #expect(try await coordinator.run("still served").printed == "still served")
            #expect(hypervisor.orders == ["first pool", "still served"])
            hypervisor.setMissingTemplates([])
            #expect(try await other.run("second pool", name: "early").printed == "second pool")
        }
    }

    @Test("A template that cannot be made costs its own pool alone, and only as long as it cannot")
    func brokenTemplate() async throws {
        let (hypervisor, node) = (PlayedHypervisor(), try Self.pool(.node))
        hypervisor.setBrokenTemplates([node.name])
        try await PlayedCoordinator.with(hypervisor: hypervisor, others: [node]) { coordinator in
            #expect(await eventually { coordinator.log.entries.contains { $0.contains("template") } })
            var other = coordinator
            other.pool = node
            #expect(try await other.run("x") == .sessionGone(.startFailed))
            #expect(try await coordinator.run("served").printed == "served")
            hypervisor.setBrokenTemplates([])
            #expect(await eventually { hypervisor.liveMachines == 1 })
            var again = try await other.run("x", generation: 2)
            #expect(again.printed == "x")
            again = try await coordinator.run("still there")
            #expect(again.printed == "still there")
        }
    }

    @Test("A machine that is kept ready is warmed by what its sessions will run")
    func warmUps() async throws {
        let (hypervisor, others) = (PlayedHypervisor(), [try Self.pool(.node), try Self.pool(.shell)])
        try await PlayedCoordinator.with(hypervisor: hypervisor, others: others) { coordinator in
            let targets = ([coordinator.pool] + others).map { ReadyTarget(pool: $0, count: 1) }
            let taken = try await coordinator.ask(.keepReady(targets))
            #expect(taken == .done)
            #expect(await eventually { hypervisor.firstInputs.count == 3 })
            let expected: Set<ExecutionInput> = [
                .code("print(1)\n1"), .code("1", runtime: .node), ExecutionInput(.shellCommand("true")),
            ]
            #expect(Set(hypervisor.firstInputs) == expected)
            #expect(hypervisor.orders.isEmpty)
        }
    }
}

import ClusterState
import Domain
import Testing

@Suite("A simulated cluster")
struct SimulationTests {
    @Test(
        "Whatever dies, parts or gets lost: one live session an identifier, no limit exceeded, no dead worker used",
        arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64]
    )
    func invariants(seed: UInt64) throws {
        var simulation = try Simulation(seed: seed)
        for step in 0..<6000 {
            try simulation.step()
            try simulation.check("seed \(seed), step \(step)")
        }
        // A simulation in which nothing happens would prove nothing.
        let counts = simulation.counts
        let expected = [
            "created", "worker lost", "worker restarted", "coordinator restarted", "SessionLost",
            "SessionsCountExceedsLimit", "NotReady",
        ]
        for name in expected { #expect((counts[name] ?? 0) > 0, "seed \(seed): no \(name) in \(counts)") }
        #expect((counts["created"] ?? 0) > 100, "seed \(seed): \(counts)")
    }

    @Test("The same events give the same decisions, in the same order")
    func determinism() throws {
        var first = try Simulation(seed: 99)
        var second = try Simulation(seed: 99)
        for _ in 0..<3000 {
            try first.step()
            try second.step()
        }
        #expect(first.digest.value == second.digest.value)
        #expect(first.cluster.placements == second.cluster.placements)
        #expect(first.counts == second.counts)
    }
}

import FoundationEssentials
import Testing

/// `CLOISTER_SEED=N swift test --filter SimulationTests` runs that one seed again, with more of what led to a failure.
@Suite("A simulated cluster keeps its rules, whatever dies, parts or gets lost")
struct SimulationTests {
    static let given = ProcessInfo.processInfo.environment["CLOISTER_SEED"].flatMap { UInt64($0) }

    private static func seeds(_ usual: [UInt64]) -> [UInt64] { given.map { [$0] } ?? usual }

    @Test("Three coordinators that share a directory", arguments: seeds([1, 3, 4, 5]))
    func shared(seed: UInt64) throws {
        try check(SimulationSettings(seed: seed, seconds: 120))
    }

    @Test("One coordinator that is alone", arguments: seeds([1, 3, 4, 5]))
    func alone(seed: UInt64) throws {
        try check(SimulationSettings(seed: seed, isShared: false, seconds: 120))
    }

    @Test("A day of 100 workers and 10,000 identifiers")
    func day() throws {
        try check(.day(seed: Self.given ?? 1))
    }

    @Test("The same seed gives the same history")
    func determinism() throws {
        let settings = SimulationSettings(seed: 99, seconds: 60)
        let first = try Run(settings).carryOut()
        let second = try Run(settings).carryOut()
        #expect(first.counts == second.counts)
        #expect(first.violation == second.violation)
    }

    private func check(_ settings: SimulationSettings) throws {
        let outcome = try Run(settings).carryOut()
        let violation = outcome.violation
        #expect(violation == nil, "\(violation ?? "")")
        // A simulation in which nothing happens would prove nothing.
        for name in ["answered", "worker crashes", "worker fences itself", "worker lost", "SessionLost", "worker drains"] {
            #expect((outcome.counts[name] ?? 0) > 0, "no '\(name)' in \(outcome.counts)")
        }
    }
}

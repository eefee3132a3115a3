import FoundationEssentials
import Testing

/// `CLOISTER_SEED=N swift test --filter SimulationTests` runs that one seed again; `CLOISTER_SEED=N-M` runs many, and
/// `CLOISTER_SECONDS` says how long faults happen.
@Suite("A simulated cluster keeps its rules, whatever dies, parts or gets lost")
struct SimulationTests {
    private static let seconds =
        ProcessInfo.processInfo.environment["CLOISTER_SECONDS"].flatMap { Int($0) } ?? 120

    private static func seeds(_ usual: [UInt64]) -> [UInt64] {
        let given = ProcessInfo.processInfo.environment["CLOISTER_SEED"] ?? ""
        let bounds = given.split(separator: "-").compactMap { UInt64($0) }
        guard let first = bounds.first, let last = bounds.last, first <= last else { return usual }
        return Array(first...last)
    }

    @Test("Three coordinators that share a directory", arguments: seeds([1, 2, 3, 6]))
    func shared(seed: UInt64) throws {
        try check(SimulationSettings(seed: seed, seconds: Self.seconds))
    }

    @Test("One coordinator that is alone", arguments: seeds([1, 2, 3, 6]))
    func alone(seed: UInt64) throws {
        try check(SimulationSettings(seed: seed, isShared: false, seconds: Self.seconds))
    }

    @Test("A day of 100 workers and 10,000 identifiers", arguments: seeds([1]).prefix(1))
    func day(seed: UInt64) throws {
        try check(.day(seed: seed))
    }

    @Test("The same seed gives the same history")
    func determinism() throws {
        // With more workers more happens at the same time, whose order nothing but the seed may decide.
        let settings = SimulationSettings(seed: 99, workerCount: 15, keyCount: 60, most: 50, seconds: 60)
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
        for name in [
            "answered", "worker crashes", "worker fences itself", "worker lost", "SessionLost",
            "worker drains",
        ] {
            #expect((outcome.counts[name] ?? 0) > 0, "no '\(name)' in \(outcome.counts)")
        }
    }
}

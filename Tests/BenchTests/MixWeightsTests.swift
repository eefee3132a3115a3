import Testing

@testable import Bench

@Suite("The weights of a mix")
struct MixWeightsTests {
    @Test("Each scenario comes as often as its weight says, and spread")
    func shares() throws {
        let weights = try MixWeights(yaml: "warm: 70\nfiles: 20\nchurn: 10\nstream: 0\n")
        let choices = (0..<10_000).map { weights.choice(for: $0) }
        for (name, share) in [("warm", 0.7), ("files", 0.2), ("churn", 0.1), ("stream", 0)] {
            let found = Double(choices.count { $0 == name }) / 10_000
            #expect(abs(found - share) < 0.02, "\(name): \(found)")
        }
        #expect(Set(choices[..<50]).count == 3, "not all of one kind first")
        #expect(choices == (0..<10_000).map { weights.choice(for: $0) }, "the same in every run")
    }

    @Test(
        "What cannot be mixed is refused",
        arguments: ["", "warm", "warm: many", "warm: -1", "warm: 0", "dispatch: 1", "- warm", "warm: 1.5"]
    )
    func refused(yaml: String) {
        #expect(throws: BenchConfigurationError.self) { try MixWeights(yaml: yaml) }
    }
}

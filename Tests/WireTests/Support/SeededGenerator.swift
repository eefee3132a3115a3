import Domain
import Foundation
import SeededRandomness

extension SeededGenerator {
    /// The seed of this run; `CLOISTER_SEED` repeats an earlier one.
    static let seed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["CLOISTER_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        print("WireTests: CLOISTER_SEED=\(seed) repeats this run.")
        return seed
    }()

    /// Begins a sequence of its own for a test, so that the order of tests does not matter.
    init(for test: String) { self.init(seed: Self.seed ^ StableHash.of(test)) }
}

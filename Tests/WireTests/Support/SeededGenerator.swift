import Domain
import Foundation

/// A generator of numbers that a seed repeats (SplitMix64), so that a failure can be run again.
struct SeededGenerator: RandomNumberGenerator {
    /// The seed of this run; `CLOISTER_SEED` repeats an earlier one.
    static let seed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["CLOISTER_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        print("WireTests: CLOISTER_SEED=\(seed) repeats this run.")
        return seed
    }()

    private var state: UInt64

    /// Begins a sequence of its own for a test, so that the order of tests does not matter.
    init(for test: String) { state = Self.seed ^ StableHash.of(test) }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

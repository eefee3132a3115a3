import Domain
import HashRing

/// A generator of numbers that a seed repeats (SplitMix64), so that a failure can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

func worker(_ number: Int) throws -> WorkerID { try WorkerID("worker-\(number)") }

/// Workers of equal weight, numbered from 1.
func equalWorkers(_ count: Int) throws -> [WorkerID: Int] {
    var weights: [WorkerID: Int] = [:]
    for number in 1...count { weights[try worker(number)] = 1 }
    return weights
}

/// The ring positions of keys such as clients send.
func keyPositions(_ count: Int, seed: UInt64) throws -> [UInt64] {
    var generator = SeededGenerator(seed: seed)
    let pool = try PoolName("python")
    return try (0..<count).map { _ in
        let text = "user-" + String(generator.next(), radix: 36)
        return SessionKey(pool: pool, identifier: try SessionIdentifier(text)).ringPosition
    }
}

/// How many of the positions each worker owns.
func ownedCounts(_ positions: [UInt64], on ring: HashRing) -> [WorkerID: Int] {
    var counts: [WorkerID: Int] = [:]
    for position in positions {
        if let owner = ring.owner(of: position) { counts[owner, default: 0] += 1 }
    }
    return counts
}

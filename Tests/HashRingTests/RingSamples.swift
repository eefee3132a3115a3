import Domain
import HashRing
import SeededRandomness

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

import Domain
import HashRing

/// Measures how many owners of session keys one core finds in a second.
@main
enum RingBenchmark {
    static let workerCount = 100
    static let keyCount = 1 << 16
    static let rounds = 64

    static func main() throws {
        var weights: [WorkerID: Int] = [:]
        for number in 0..<workerCount { weights[try WorkerID("worker-\(number).rack.example.internal")] = 1 }
        let ring = HashRing(weights)
        let keys = try sessionKeys()
        let positions = keys.map(\.ringPosition)
        print("\(workerCount) workers, \(ring.virtualNodeCount) virtual nodes, \(keyCount) keys")

        measure("owner(of:) of a ready position") { index in ring.owner(of: positions[index]) }
        measure("owner(of:) with the key hashed each time") { index in
            ring.owner(of: keys[index].ringPosition)
        }
        measure("the first of walk(from:)") { index in
            var walk = ring.walk(from: positions[index])
            return walk.next()
        }
        let loads = Dictionary(
            uniqueKeysWithValues: ring.nodes.map { ($0, NodeLoad(sessions: 300, capacity: 600)) }
        )
        let rule = BoundedLoad()
        measure("BoundedLoad.choose, ready position", keyCount: 1 << 10) { index in
            rule.choose(for: positions[index], on: ring) { loads[$0] ?? NodeLoad(sessions: 0, capacity: 0) }
        }
    }

    /// Keys such as clients send: a pool and a generated identifier.
    static func sessionKeys() throws -> [SessionKey] {
        let pool = try PoolName("python-default")
        var state: UInt64 = 1
        return try (0..<keyCount).map { _ in
            state &+= 0x9e37_79b9_7f4a_7c15
            let first = StableHash.mix(state)
            let second = StableHash.mix(first)
            let text = String(first, radix: 16) + "-" + String(second, radix: 16)
            return SessionKey(pool: pool, identifier: try SessionIdentifier(text))
        }
    }

    static func measure(_ name: String, keyCount: Int = keyCount, _ find: (Int) -> WorkerID?) {
        var found = 0
        let duration = ContinuousClock().measure {
            for _ in 0..<rounds {
                for index in 0..<keyCount where find(index) != nil { found += 1 }
            }
        }
        precondition(found == rounds * keyCount, "Every key has an owner.")
        let seconds =
            Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        let perSecond = Int(Double(found) / seconds)
        print("\(name): \(perSecond) look-ups/s, \(Int(seconds * 1e9 / Double(found))) ns each")
    }
}

import Domain
import HashRing
import SeededRandomness
import Testing

@Suite("Properties of the ring")
struct RingPropertyTests {
    static let seeds: [UInt64] = [1, 7, 42, 20_240_613]

    @Test("10,000 identifiers on 10 workers: the fullest is close to 1.13 times the mean", arguments: seeds)
    func balance(seed: UInt64) throws {
        let ring = HashRing(try equalWorkers(10))
        let counts = ownedCounts(try keyPositions(10_000, seed: seed), on: ring)
        let peak = Double(counts.values.max() ?? 0) / 1000
        #expect(counts.count == 10, "seed \(seed)")
        #expect(peak < 1.25, "seed \(seed): peak/mean is \(peak)")
        #expect(ring.imbalance < 1.25, "the ring's own imbalance is \(ring.imbalance)")
    }

    @Test("The mean of peak/mean over many clusters is the measured 1.13, give or take 0.05")
    func meanBalance() throws {
        var sum = 0.0
        let clusters = 40
        for cluster in 0..<clusters {
            var weights: [WorkerID: Int] = [:]
            for number in 0..<10 { weights[try WorkerID("c\(cluster)-w\(number)")] = 1 }
            let positions = try keyPositions(10_000, seed: UInt64(cluster))
            let counts = ownedCounts(positions, on: HashRing(weights))
            sum += Double(counts.values.max() ?? 0) / 1000
        }
        let mean = sum / Double(clusters)
        #expect((1.08...1.18).contains(mean), "the mean of peak/mean is \(mean)")
    }

    @Test("A joining worker takes about its part of the identifiers, and only it gains", arguments: seeds)
    func minimalMovementOnJoin(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for count in [1, 2, 5, 10, 30] {
            let positions = try keyPositions(4000, seed: generator.next())
            let before = HashRing(try equalWorkers(count))
            var after = before
            let newcomer = try WorkerID("newcomer-\(generator.next())")
            after.insert(newcomer, weight: 1)
            var moved = 0
            for position in positions where before.owner(of: position) != after.owner(of: position) {
                moved += 1
                #expect(after.owner(of: position) == newcomer, "seed \(seed), \(count) workers")
            }
            let part = Double(moved) / 4000 * Double(count + 1)
            #expect((0.6...1.5).contains(part), "seed \(seed), \(count) workers: \(part) of the fair part")
        }
    }

    @Test("A leaving worker gives away its own identifiers and no others", arguments: seeds)
    func minimalMovementOnLeave(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let positions = try keyPositions(4000, seed: seed)
        let before = HashRing(try equalWorkers(12))
        for _ in 0..<4 {
            let leaving = try #require(before.nodes.randomElement(using: &generator))
            var after = before
            after.remove(leaving)
            for position in positions {
                let owner = try #require(before.owner(of: position))
                if owner == leaving {
                    #expect(after.owner(of: position) != leaving, "seed \(seed)")
                } else {
                    #expect(after.owner(of: position) == owner, "seed \(seed)")
                }
            }
        }
    }

    @Test("A ring changed step by step equals one built at once, in whatever order", arguments: seeds)
    func incrementalChanges(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var ring = HashRing()
        var weights: [WorkerID: Int] = [:]
        for step in 0..<150 {
            let node = try worker(Int.random(in: 1...14, using: &generator))
            if Int.random(in: 0..<3, using: &generator) == 0 {
                ring.remove(node)
                weights[node] = nil
            } else {
                let weight = Int.random(in: 1...4, using: &generator)
                ring.insert(node, weight: weight)
                weights[node] = weight
            }
            let built = HashRing(weights)
            #expect(ring == built, "seed \(seed), step \(step)")
            #expect(ring.virtualNodeCount == weights.values.reduce(0, +) * 160, "seed \(seed), step \(step)")
        }
    }

    @Test("Shares follow the weights and sum up to one", arguments: seeds)
    func weightedShares(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var weights: [WorkerID: Int] = [:]
        for number in 1...8 { weights[try worker(number)] = Int.random(in: 1...8, using: &generator) }
        let ring = HashRing(weights)
        #expect(abs(ring.shares.map(\.fraction).reduce(0, +) - 1) < 1e-9)
        #expect(abs(ring.shares.map(\.fairFraction).reduce(0, +) - 1) < 1e-9)
        for share in ring.shares {
            let ratio = share.fraction / share.fairFraction
            #expect((0.75...1.3).contains(ratio), "seed \(seed): \(share.node) owns \(ratio) of its part")
        }
        let total = weights.values.reduce(0, +)
        for (node, count) in ownedCounts(try keyPositions(20_000, seed: seed), on: ring) {
            let fair = 20_000 * Double(weights[node] ?? 0) / Double(total)
            #expect(
                (0.7...1.35).contains(Double(count) / fair),
                "seed \(seed): \(node) has \(count) of \(fair)"
            )
        }
    }
}

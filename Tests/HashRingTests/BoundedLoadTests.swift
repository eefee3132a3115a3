import Domain
import HashRing
import SeededRandomness
import Testing

@Suite("Bounded loads")
struct BoundedLoadTests {
    let rule = BoundedLoad()

    @Test("The bound is 1.25 times the mean of the weighted share, rounded up")
    func bound() {
        #expect(rule.bound(sessions: 1, weight: 1, weightTotal: 10) == 1)
        #expect(rule.bound(sessions: 80, weight: 1, weightTotal: 10) == 10)
        #expect(rule.bound(sessions: 81, weight: 1, weightTotal: 10) == 11)
        #expect(rule.bound(sessions: 80, weight: 3, weightTotal: 10) == 30)
        #expect(BoundedLoad(percent: 200).bound(sessions: 10, weight: 1, weightTotal: 4) == 5)
    }

    @Test("An empty ring has no place")
    func emptyRing() {
        #expect(rule.choose(for: 1, on: HashRing()) { _ in NodeLoad(sessions: 0, capacity: 9) } == nil)
    }

    @Test("When no worker is eligible or has room, there is no place")
    func nobodyHasRoom() throws {
        let ring = HashRing(try equalWorkers(4))
        let draining = rule.choose(for: 1, on: ring) { _ in
            NodeLoad(sessions: 0, capacity: 9, isEligible: false)
        }
        #expect(draining == nil)
        #expect(rule.choose(for: 1, on: ring) { _ in NodeLoad(sessions: 9, capacity: 9) } == nil)
        #expect(rule.choose(for: 1, on: ring) { _ in NodeLoad(sessions: 0, capacity: 0) } == nil)
    }

    @Test("The owner is chosen while it is within its bound, then the next worker of the walk")
    func theWalkIsTheOrder() throws {
        let ring = HashRing(try equalWorkers(4))
        let position = try #require(try keyPositions(1, seed: 5).first)
        let walk = Array(ring.walk(from: position))
        #expect(rule.choose(for: position, on: ring) { _ in NodeLoad(sessions: 3, capacity: 99) } == walk[0])
        let second = rule.choose(for: position, on: ring) { node in
            NodeLoad(sessions: node == walk[0] ? 20 : 3, capacity: 99)
        }
        #expect(second == walk[1])
        let third = rule.choose(for: position, on: ring) { node in
            NodeLoad(sessions: node == walk[0] ? 20 : 3, capacity: 99, isEligible: node != walk[1])
        }
        #expect(third == walk[2])
        let full = rule.choose(for: position, on: ring) { node in
            NodeLoad(sessions: 3, capacity: node == walk[0] ? 3 : 99)
        }
        #expect(full == walk[1], "A full worker is skipped.")
    }

    @Test(
        "Random sessions come and go: a place is found while there is room, and never above the bound",
        arguments: RingPropertyTests.seeds
    )
    func neverAboveTheBound(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var weights: [WorkerID: Int] = [:]
        var loads: [WorkerID: NodeLoad] = [:]
        for number in 1...9 {
            let weight = Int.random(in: 1...4, using: &generator)
            weights[try worker(number)] = weight
            loads[try worker(number)] = NodeLoad(sessions: 0, capacity: weight * 20)
        }
        let ring = HashRing(weights)
        for step in 0..<3000 {
            let node = try #require(ring.nodes.randomElement(using: &generator))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: loads[node]?.isEligible.toggle()
            case 1, 2: if (loads[node]?.sessions ?? 0) > 0 { loads[node]?.sessions -= 1 }
            default:
                place(
                    generator.next(),
                    on: ring,
                    in: &loads,
                    weights: weights,
                    note: "seed \(seed), step \(step)"
                )
            }
        }
    }

    private func place(
        _ position: UInt64,
        on ring: HashRing,
        in loads: inout [WorkerID: NodeLoad],
        weights: [WorkerID: Int],
        note: Comment
    ) {
        let open = loads.filter(\.value.hasRoom)
        let now = loads
        guard
            let chosen = rule.choose(
                for: position,
                on: ring,
                load: { now[$0] ?? NodeLoad(sessions: 0, capacity: 0) }
            )
        else {
            #expect(open.isEmpty, note)
            return
        }
        #expect(open[chosen] != nil, note)
        loads[chosen]?.sessions += 1
        let sessions = open.values.map(\.sessions).reduce(1, +)
        let total = open.keys.map { weights[$0] ?? 0 }.reduce(0, +)
        let share = 1.25 * Double(sessions * (weights[chosen] ?? 0)) / Double(total)
        #expect(Double(loads[chosen]?.sessions ?? 0) <= share.rounded(.up), note)
    }

    @Test("Equal workers that fill up stay within 1.25 times the mean all the way")
    func fillingUp() throws {
        let ring = HashRing(try equalWorkers(10))
        var counts: [WorkerID: Int] = [:]
        for (index, position) in try keyPositions(2000, seed: 11).enumerated() {
            let now = counts
            let chosen = try #require(
                rule.choose(for: position, on: ring) { NodeLoad(sessions: now[$0] ?? 0, capacity: 1000) }
            )
            counts[chosen, default: 0] += 1
            let most = (1.25 * Double(index + 1) / 10).rounded(.up)
            #expect(Double(counts[chosen] ?? 0) <= most)
        }
    }
}

import Domain
import Testing

@testable import HashRing

@Suite("The ring")
struct HashRingTests {
    @Test("An empty ring has no owner, an empty walk and no imbalance")
    func emptyRing() {
        let ring = HashRing()
        #expect(ring.isEmpty)
        #expect(ring.owner(of: 42) == nil)
        #expect(Array(ring.walk(from: 42)).isEmpty)
        #expect(ring.shares.isEmpty)
        #expect(ring.imbalance == 0)
    }

    @Test("A single worker owns everything")
    func singleWorker() throws {
        let only = try worker(1)
        let ring = HashRing([only: 1])
        for position in [0, 1, UInt64.max / 2, .max] { #expect(ring.owner(of: position) == only) }
        #expect(ring.shares.map(\.node) == [only])
        #expect(abs((ring.shares.first?.fraction ?? 0) - 1) < 1e-9)
        #expect(ring.virtualNodeCount == 160)
    }

    // The literals of the next two tests were computed by a program of its own, not by this code.

    @Test("Virtual nodes stand where they stand in every process and version")
    func goldenPositions() throws {
        let first = HashRing.positions(of: try WorkerID("worker-1"), weight: 1)
        #expect(first.count == 160)
        #expect(
            Array(first.prefix(3)) == [0xa6e5_1933_8191_23e9, 0xe360_bb14_7162_6576, 0xffc5_61f4_c82d_6893]
        )
        #expect(first.last == 0x8db7_b3a8_3ad9_8d8b)
        #expect(HashRing.positions(of: try WorkerID("b.example"), weight: 1).first == 0x7c35_e61f_11e2_dacb)
    }

    @Test("Identifiers are owned by the same workers in every process and version")
    func goldenOwners() throws {
        let ring = HashRing(try equalWorkers(10))
        let owners = try keyPositions(12, seed: 1).map { ring.owner(of: $0)?.text ?? "-" }
        #expect(
            owners == [
                "worker-10", "worker-1", "worker-1", "worker-8", "worker-7", "worker-7", "worker-4",
                "worker-1", "worker-5", "worker-8", "worker-2", "worker-5",
            ]
        )
    }

    @Test("The owner is the worker of the first virtual node at or after the position")
    func ownerAtTheEdges() throws {
        let ring = HashRing(try equalWorkers(3))
        let all = try (1...3).flatMap { number in
            HashRing.positions(of: try worker(number), weight: 1).map { (position: $0, number: number) }
        }.sorted { $0.position < $1.position }
        for (here, next) in zip(all, all.dropFirst()) {
            #expect(ring.owner(of: here.position) == (try worker(here.number)))
            #expect(ring.owner(of: here.position + 1) == (try worker(next.number)))
        }
        let first = try #require(all.first)
        let last = try #require(all.last)
        #expect(
            ring.owner(of: last.position &+ 1) == (try worker(first.number)),
            "Behind the last is the first."
        )
        #expect(ring.owner(of: 0) == (try worker(first.number)))
    }

    @Test("A weight outside of the range counts as the nearer end")
    func clampedWeights() throws {
        #expect(HashRing([try worker(1): -3]).virtualNodeCount == 160)
        #expect(HashRing([try worker(1): 1_000_000]).virtualNodeCount == 64 * 160)
        #expect(HashRing([try worker(1): 3]).weight(of: try worker(1)) == 3)
        #expect(HashRing([try worker(1): 3]).weight(of: try worker(2)) == nil)
    }

    @Test("A walk names each worker once, the owner first, and finds the next one only when asked")
    func walks() throws {
        let ring = HashRing(try equalWorkers(10))
        for position in try keyPositions(200, seed: 2) {
            let walk = Array(ring.walk(from: position))
            #expect(walk.first == ring.owner(of: position))
            #expect(walk.count == 10)
            #expect(Set(walk) == Set(ring.nodes))
            #expect(Array(ring.walk(from: position).prefix(3)) == Array(walk.prefix(3)))
        }
    }

    @Test("The second worker of the walk is the one that owns the position when the first is gone")
    func walkOrderIsTheOrderOfSuccession() throws {
        let ring = HashRing(try equalWorkers(6))
        for position in try keyPositions(200, seed: 3) {
            var rest = ring
            for expected in ring.walk(from: position) {
                #expect(rest.owner(of: position) == expected)
                rest.remove(expected)
            }
            #expect(rest.isEmpty)
        }
    }

    @Test("Where two virtual nodes meet, the worker whose name comes first owns the position")
    func ties() {
        let built = VirtualNodes([(5, 1), (9, 0), (5, 0), (9, 1), (7, 1)])
        #expect(built.positions == [5, 5, 7, 9, 9])
        #expect(built.owners == [0, 1, 1, 0, 1])
        var second = VirtualNodes([(9, 0), (5, 0)])
        second.insert([7, 9, 5], ownedBy: 1)
        #expect(second == built)
        var first = VirtualNodes([(5, 0), (9, 0), (7, 0)])
        first.insert([9, 5], ownedBy: 0)
        #expect(first == built)
        first.remove(ownedBy: 0)
        #expect(first == VirtualNodes([(9, 0), (7, 0), (5, 0)]))
    }
}

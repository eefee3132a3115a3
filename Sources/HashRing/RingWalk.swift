package import Domain

/// The distinct workers of a ring in ring order, found one at a time.
///
/// The first one costs no more than ``HashRing/owner(of:)``: most sessions are placed on it.
package struct RingWalk: Sequence, IteratorProtocol, Sendable {
    private let nodes: [WorkerID]
    private let owners: [UInt16]
    private var place: Int
    /// How many virtual nodes are still to be looked at: once around and no further.
    private var remaining: Int
    /// The index of the first worker found; kept apart so that the first step allocates nothing.
    private var first: UInt16?
    /// Which workers were found, once a second one is asked for.
    private var seen: [Bool] = []
    private var seenCount = 0

    init(nodes: [WorkerID], owners: [UInt16], start: Int) {
        self.nodes = nodes
        self.owners = owners
        place = start
        remaining = owners.count
    }

    /// Finds the next worker.
    ///
    /// - Returns: a worker that was not found before, or nil after the last.
    package mutating func next() -> WorkerID? { nextIndex().map { nodes[$0] } }

    /// Finds the next worker as its index in ``HashRing/nodes``.
    mutating func nextIndex() -> Int? {
        guard let first else { return beginning() }
        if seen.isEmpty {
            seen = [Bool](repeating: false, count: nodes.count)
            seen[Int(first)] = true
        }
        while remaining > 0, seenCount < nodes.count {
            let owner = step()
            guard !seen[Int(owner)] else { continue }
            seen[Int(owner)] = true
            seenCount += 1
            return Int(owner)
        }
        return nil
    }

    private mutating func beginning() -> Int? {
        guard remaining > 0 else { return nil }
        let owner = step()
        first = owner
        seenCount = 1
        return Int(owner)
    }

    private mutating func step() -> UInt16 {
        let owner = owners[place]
        place = place + 1 == owners.count ? 0 : place + 1
        remaining -= 1
        return owner
    }
}

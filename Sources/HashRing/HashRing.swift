package import Domain

/// A consistent-hashing ring: which worker a new session begins on, and which ones come after it.
///
/// Every worker stands on the ring as many virtual nodes, in proportion to its weight. A joining
/// worker takes only from the others, a leaving one gives away only its own: nothing else moves.
/// Positions come from ``StableHash``, so that every process and every version sees the same ring,
/// and a ring changed step by step equals one built at once.
package struct HashRing: Hashable, Sendable {
    /// The virtual nodes for each unit of weight; measured peak/mean is 1.13 with 160 (cluster.md).
    package static let virtualNodesPerWeight = 160
    /// The weights that are used; others are brought to the nearer end, as each unit costs memory.
    package static let weights = 1...64
    /// The most workers that a ring holds.
    package static let nodeCountMax = Int(UInt16.max)

    /// The workers, in the order of their names.
    package private(set) var nodes: [WorkerID] = []
    /// The weight of each worker, in the order of `nodes`.
    private(set) var nodeWeights: [Int] = []
    private var virtualNodes = VirtualNodes()

    /// Makes an empty ring.
    package init() {}

    /// Builds a ring at once.
    ///
    /// - Parameter weights: the workers and their weights.
    package init(_ weights: [WorkerID: Int]) {
        precondition(weights.count <= Self.nodeCountMax, "A ring holds at most \(Self.nodeCountMax) workers.")
        let members = weights.sorted { $0.key < $1.key }
        nodes = members.map(\.key)
        nodeWeights = members.map { Self.clamped($0.value) }
        var unsorted: [(position: UInt64, owner: UInt16)] = []
        unsorted.reserveCapacity(nodeWeights.reduce(0, +) * Self.virtualNodesPerWeight)
        for (index, node) in nodes.enumerated() {
            for position in Self.positions(of: node, weight: nodeWeights[index]) {
                unsorted.append((position, UInt16(index)))
            }
        }
        virtualNodes = VirtualNodes(unsorted)
    }

    /// Whether the ring has no worker.
    package var isEmpty: Bool { nodes.isEmpty }

    /// How many virtual nodes there are, of all workers together.
    package var virtualNodeCount: Int { virtualNodes.count }

    /// The weight of a worker.
    ///
    /// - Parameter node: the worker.
    /// - Returns: its weight, or nil when it is not on the ring.
    package func weight(of node: WorkerID) -> Int? {
        let index = insertionIndex(of: node)
        return index < nodes.count && nodes[index] == node ? nodeWeights[index] : nil
    }

    /// Adds a worker, or gives it another weight.
    ///
    /// - Parameters:
    ///   - node: the worker.
    ///   - weight: its share of new sessions against the others.
    package mutating func insert(_ node: WorkerID, weight: Int) {
        let weight = Self.clamped(weight)
        guard self.weight(of: node) != weight else { return }
        remove(node)
        precondition(nodes.count < Self.nodeCountMax, "A ring holds at most \(Self.nodeCountMax) workers.")
        let index = insertionIndex(of: node)
        nodes.insert(node, at: index)
        nodeWeights.insert(weight, at: index)
        virtualNodes.insert(Self.positions(of: node, weight: weight), ownedBy: UInt16(index))
    }

    /// Takes a worker away; does nothing when it is not there.
    ///
    /// - Parameter node: the worker.
    package mutating func remove(_ node: WorkerID) {
        let index = insertionIndex(of: node)
        guard index < nodes.count, nodes[index] == node else { return }
        nodes.remove(at: index)
        nodeWeights.remove(at: index)
        virtualNodes.remove(ownedBy: UInt16(index))
    }

    /// The worker that a position belongs to: the first at or after it.
    ///
    /// - Parameter position: a place on the ring, such as ``SessionKey/ringPosition``.
    /// - Returns: the worker, or nil when the ring is empty.
    package func owner(of position: UInt64) -> WorkerID? {
        guard !nodes.isEmpty else { return nil }
        return nodes[Int(virtualNodes.owners[virtualNodes.place(of: position)])]
    }

    /// The workers in the order in which a new session tries them: each once, the owner first.
    ///
    /// - Parameter position: a place on the ring, such as ``SessionKey/ringPosition``.
    /// - Returns: a sequence that finds each next worker only when asked.
    package func walk(from position: UInt64) -> RingWalk {
        RingWalk(
            nodes: nodes,
            owners: virtualNodes.owners,
            start: nodes.isEmpty ? 0 : virtualNodes.place(of: position)
        )
    }
}

extension HashRing {
    /// What each worker owns of the ring, in the order of their names.
    package var shares: [RingShare] {
        var arcs = [Double](repeating: 0, count: nodes.count)
        var previous = virtualNodes.positions.last ?? 0
        for (place, position) in virtualNodes.positions.enumerated() {
            arcs[Int(virtualNodes.owners[place])] += Double(position &- previous)
            previous = position
        }
        let weightTotal = Double(nodeWeights.reduce(0, +))
        return nodes.indices.map { index in
            RingShare(
                node: nodes[index],
                fraction: arcs[index] / 0x1p64,
                fairFraction: Double(nodeWeights[index]) / weightTotal
            )
        }
    }

    /// How much the worst-off worker owns above its fair part: 1 is perfect, 0 means an empty ring.
    package var imbalance: Double {
        shares.map { $0.fraction / $0.fairFraction }.max() ?? 0
    }

    /// The positions of a worker's virtual nodes, in the order of their numbers.
    ///
    /// They depend on nothing but the name and the number: another formula would move sessions'
    /// owners between versions, so the tests hold literal positions.
    static func positions(of node: WorkerID, weight: Int) -> [UInt64] {
        var prefix = StableHash()
        prefix.combine(node.text.utf8)
        return (0..<UInt64(weight * virtualNodesPerWeight)).map { number in
            var hash = prefix
            hash.combine(number)
            return hash.value
        }
    }

    private static func clamped(_ weight: Int) -> Int {
        min(max(weight, weights.lowerBound), weights.upperBound)
    }

    /// Where a worker stands in `nodes`, or would stand.
    private func insertionIndex(of node: WorkerID) -> Int {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle] < node { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

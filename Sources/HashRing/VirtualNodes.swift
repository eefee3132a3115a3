/// The virtual nodes of a ring in order: where they stand, and whose they are.
///
/// Where two stand at one position, the worker with the lower index comes first, however the ring
/// came to be.
struct VirtualNodes: Hashable, Sendable {
    /// Ascending; apart from `owners` so that a search touches as little memory as can be.
    private(set) var positions: [UInt64]
    /// For each position the index of its worker; ascending where positions are equal.
    private(set) var owners: [UInt16]

    /// Sorts virtual nodes that are given in any order.
    init(_ nodes: [(position: UInt64, owner: UInt16)] = []) {
        let sorted = nodes.sorted { ($0.position, $0.owner) < ($1.position, $1.owner) }
        positions = sorted.map(\.position)
        owners = sorted.map(\.owner)
    }

    var count: Int { positions.count }

    /// The place of the first virtual node at or after a position; behind the last comes the first.
    func place(of position: UInt64) -> Int {
        var low = 0
        var count = positions.count
        while count > 0 {
            let half = count / 2
            let isBefore = positions[low + half] < position
            low = isBefore ? low + half + 1 : low
            count = isBefore ? count - half - 1 : half
        }
        return low == positions.count ? 0 : low
    }

    /// Makes room for a worker at an index and adds its virtual nodes; those behind move up by one.
    mutating func insert(_ added: [UInt64], ownedBy owner: UInt16) {
        let added = added.sorted()
        var newPositions: [UInt64] = []
        var newOwners: [UInt16] = []
        newPositions.reserveCapacity(positions.count + added.count)
        newOwners.reserveCapacity(positions.count + added.count)
        var next = 0
        for (place, position) in positions.enumerated() {
            let other = owners[place] >= owner ? owners[place] + 1 : owners[place]
            while next < added.count, (added[next], owner) < (position, other) {
                newPositions.append(added[next])
                newOwners.append(owner)
                next += 1
            }
            newPositions.append(position)
            newOwners.append(other)
        }
        newPositions += added[next...]
        newOwners += repeatElement(owner, count: added.count - next)
        positions = newPositions
        owners = newOwners
    }

    /// Removes a worker's virtual nodes and its index; those behind move down by one.
    mutating func remove(ownedBy owner: UInt16) {
        var kept = 0
        for place in positions.indices where owners[place] != owner {
            positions[kept] = positions[place]
            owners[kept] = owners[place] > owner ? owners[place] - 1 : owners[place]
            kept += 1
        }
        positions.removeLast(positions.count - kept)
        owners.removeLast(owners.count - kept)
    }
}

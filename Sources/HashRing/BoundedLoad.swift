package import Domain

/// What the choice of a worker has to know about it.
package struct NodeLoad: Hashable, Sendable {
    /// The sessions that it has.
    package var sessions: Int
    /// The most sessions that it can have.
    package var capacity: Int
    /// Whether it takes new sessions; a draining or unhealthy one does not.
    package var isEligible: Bool

    /// Describes a worker's load.
    ///
    /// - Parameters:
    ///   - sessions: the sessions that it has.
    ///   - capacity: the most sessions that it can have.
    ///   - isEligible: whether it takes new sessions.
    package init(sessions: Int, capacity: Int, isEligible: Bool = true) {
        self.sessions = sessions
        self.capacity = capacity
        self.isEligible = isEligible
    }

    /// Whether it takes one session more.
    package var hasRoom: Bool { isEligible && sessions < capacity }
}

/// Consistent hashing with bounded loads: the first worker of the walk that is not above its share.
///
/// After Mirrokni, Thorup and Zadimoghaddam (https://arxiv.org/abs/1608.01350). Workers without room
/// are left out of the mean, so the bounds of the others always sum up to more than their sessions:
/// as long as one worker has room, one is found.
package struct BoundedLoad: Hashable, Sendable {
    /// How much of the mean of its share a worker may have, in percent; over 100.
    package let percent: Int

    /// Makes a rule.
    ///
    /// - Parameter percent: how much of the mean of its share a worker may have.
    package init(percent: Int = 125) {
        precondition((101...1000).contains(percent), "A bound at the mean or below it finds no worker.")
        self.percent = percent
    }

    /// The most sessions that a worker may have.
    ///
    /// - Parameters:
    ///   - sessions: the sessions of all workers with room, the new one included.
    ///   - weight: the worker's weight.
    ///   - weightTotal: the weights of all workers with room.
    /// - Returns: the percentage of the worker's share, rounded up.
    package func bound(sessions: Int, weight: Int, weightTotal: Int) -> Int {
        let divisor = 100 * weightTotal
        return (percent * sessions * weight + divisor - 1) / divisor
    }

    /// Chooses the worker for a new session.
    ///
    /// - Parameters:
    ///   - position: the session's place on the ring.
    ///   - ring: the workers.
    ///   - load: the load of a worker; asked once for each.
    /// - Returns: the worker, or nil when none has room.
    package func choose(
        for position: UInt64,
        on ring: HashRing,
        load: (WorkerID) -> NodeLoad
    ) -> WorkerID? {
        var sessions = 1
        var weightTotal = 0
        let loads = ring.nodes.map(load)
        for (index, load) in loads.enumerated() where load.hasRoom {
            sessions += load.sessions
            weightTotal += ring.nodeWeights[index]
        }
        guard weightTotal > 0 else { return nil }
        var walk = ring.walk(from: position)
        while let index = walk.nextIndex() {
            guard loads[index].hasRoom else { continue }
            let most = bound(
                sessions: sessions,
                weight: ring.nodeWeights[index],
                weightTotal: weightTotal
            )
            if loads[index].sessions < most { return ring.nodes[index] }
        }
        return nil
    }
}

package import Domain

/// What operators see of a cluster and its machines.
package protocol NodeDispatch: Sendable {
    /// The coordinator and the workers that it knows.
    ///
    /// - Returns: the coordinator first, then the workers in the order of their names.
    func nodes() async -> [NodeDescription]

    /// The end of what a session's guest has written to its console; that is no use of the session.
    ///
    /// - Parameter session: the session.
    /// - Returns: the text: what the guest takes for UTF-8.
    /// - Throws: `sessionPoolNotFound`, `noSessionFound`, `noWorkerAvailable` when its worker does not answer.
    func console(of session: SessionKey) async throws(Failure) -> [UInt8]
}

/// What is known of a node.
package struct NodeDescription: Hashable, Sendable {
    /// What only workers have.
    package struct Worker: Hashable, Sendable {
        /// Counts the leases that this life lost, from 1.
        package var epoch: WorkerEpoch
        /// How much it can take.
        package var capacity: WorkerCapacity
        /// The part of the ring that is its own, from 0 to 1.
        package var ringShare: Double
        /// When it was heard last, in milliseconds since 1970.
        package var lastSeenMilliseconds: UInt64
        /// What it says of itself; nil when it does not answer.
        package var own: WorkerDescription?

        /// Makes a description of a worker that has not told anything yet.
        ///
        /// - Parameters:
        ///   - epoch: counts the leases that this life lost, from 1.
        ///   - capacity: how much it can take.
        ///   - ringShare: the part of the ring that is its own, from 0 to 1.
        ///   - lastSeenMilliseconds: when it was heard last, in milliseconds since 1970.
        package init(
            epoch: WorkerEpoch,
            capacity: WorkerCapacity,
            ringShare: Double,
            lastSeenMilliseconds: UInt64
        ) {
            self.epoch = epoch
            self.capacity = capacity
            self.ringShare = ringShare
            self.lastSeenMilliseconds = lastSeenMilliseconds
        }
    }

    /// How far it is: `serving`, `settling`, `joining`, `draining`, `drained`, `suspected`, `unhealthy`, `lost`.
    package var state: String
    /// Its name.
    package var name: String
    /// Whether it is a worker or the coordinator.
    package var isWorker: Bool
    /// Where it is reached by other nodes; nil when it is not known.
    package var address: String?
    /// This life of its process; nil when it is not known.
    package var incarnation: Incarnation?
    /// The version of its program; nil when it is not known.
    package var version: String?
    /// When it began, in milliseconds since 1970; nil when it is not known.
    package var startedMilliseconds: UInt64?
    /// How many sessions it has, or for the coordinator the whole cluster.
    package var sessionCount: Int
    /// What only workers have; nil for the coordinator, and for a worker that was never seen.
    package var worker: Worker?
    /// The wish that it gets no new sessions; nil when it may.
    package var drain: NodeDrain?

    /// Makes a description; version and start are not known yet.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - state: how far it is.
    ///   - address: where it is reached by other nodes.
    ///   - incarnation: this life of its process.
    ///   - sessionCount: how many sessions it has, or for the coordinator the whole cluster.
    ///   - worker: what only workers have; nil for the coordinator, and for a worker that was never seen.
    ///   - drain: the wish that it gets no new sessions.
    package init(
        name: String,
        state: String,
        address: String?,
        incarnation: Incarnation?,
        sessionCount: Int,
        worker: Worker?,
        drain: NodeDrain? = nil
    ) {
        self.name = name
        self.state = state
        self.address = address
        self.incarnation = incarnation
        self.sessionCount = sessionCount
        self.worker = worker
        self.drain = drain
        // Who was never seen is known by the wish alone.
        isWorker = worker != nil || drain != nil
    }
}

package import Domain
package import Wire

/// What a worker has to know before it starts.
package struct WorkerConfiguration: Sendable {
    /// The worker's name.
    package var id: WorkerID
    /// Where its inbox listens, as an nng address; port 0 lets the system choose.
    package var address: String
    /// The inboxes of the coordinators that it announces itself to.
    package var coordinators: [String]
    /// How much it takes.
    package var capacity: WorkerCapacity
    /// The pools whose templates are made before it announces itself.
    package var pools: [PoolConfiguration]
    /// The cluster's secret.
    package var clusterKey: ClusterKey

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - id: the worker's name.
    ///   - address: where its inbox listens.
    ///   - coordinators: the inboxes of the coordinators.
    ///   - capacity: how much it takes.
    ///   - pools: the pools whose templates are made before it announces itself.
    ///   - clusterKey: the cluster's secret.
    package init(
        id: WorkerID,
        address: String,
        coordinators: [String],
        capacity: WorkerCapacity,
        pools: [PoolConfiguration],
        clusterKey: ClusterKey
    ) {
        self.id = id
        self.address = address
        self.coordinators = coordinators
        self.capacity = capacity
        self.pools = pools
        self.clusterKey = clusterKey
    }
}

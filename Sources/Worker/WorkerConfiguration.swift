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
    /// How long it waits for guests.
    package var patience: GuestPatience

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - id: the worker's name.
    ///   - address: where its inbox listens.
    ///   - coordinators: the inboxes of the coordinators.
    ///   - capacity: how much it takes.
    ///   - pools: the pools whose templates are made before it announces itself.
    ///   - clusterKey: the cluster's secret.
    ///   - patience: how long it waits for guests.
    package init(
        id: WorkerID,
        address: String,
        coordinators: [String],
        capacity: WorkerCapacity,
        pools: [PoolConfiguration],
        clusterKey: ClusterKey,
        patience: GuestPatience = GuestPatience()
    ) {
        self.id = id
        self.address = address
        self.coordinators = coordinators
        self.capacity = capacity
        self.pools = pools
        self.clusterKey = clusterKey
        self.patience = patience
    }
}

/// How long a worker waits for what a guest does.
package struct GuestPatience: Hashable, Sendable {
    /// How long interrupted code may take to stop before the agent ends the runtime; long enough for a
    /// library that looks for signals only between steps.
    package var grace: Duration
    /// How much longer the guest may take to report that; then it is ended.
    package var reportMargin: Duration
    /// How long the guest may take to accept an order.
    package var orderTimeout: Duration
    /// How long a ready machine waits between two checks that it still answers.
    package var readyCheck: Duration

    /// Makes times; the defaults are the documented ones.
    ///
    /// - Parameters:
    ///   - grace: how long interrupted code may take to stop.
    ///   - reportMargin: how much longer the guest may take to report that.
    ///   - orderTimeout: how long the guest may take to accept an order.
    ///   - readyCheck: how long a ready machine waits between two checks.
    package init(
        grace: Duration = .seconds(5),
        reportMargin: Duration = .seconds(10),
        orderTimeout: Duration = .seconds(10),
        readyCheck: Duration = .seconds(60)
    ) {
        self.grace = grace
        self.reportMargin = reportMargin
        self.orderTimeout = orderTimeout
        self.readyCheck = readyCheck
    }
}

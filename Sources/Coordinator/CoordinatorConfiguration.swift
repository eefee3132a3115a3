package import ClusterState
package import Domain
package import Store
package import Wire

/// What a coordinator has to know before it starts.
package struct CoordinatorConfiguration: Sendable {
    /// Its name in the cluster, stable over its restarts.
    package var name: String
    /// Where its inbox listens, as an nng address; port 0 lets the system choose.
    package var address: String
    /// The pools that it serves.
    package var pools: [PoolConfiguration]
    /// The cluster's secret.
    package var clusterKey: ClusterKey
    /// Whether workers may have sessions of a former coordinator; then new ones wait for one lease.
    package var mayHaveSessions: Bool
    /// The times and bounds of its decisions.
    package var cluster: ClusterConfiguration
    /// How long requests wait.
    package var dispatch: DispatchTimes
    /// The file of the store, which keeps tombstones over restarts; nil keeps them in memory only.
    package var storePath: String?
    /// What it shares with other coordinators, in the place of a store of its own; nil for one that is alone.
    package var shared: ClusterStorage?
    /// How long tombstones are kept in the store; less than an hour is taken as an hour.
    package var tombstoneRetention: Duration

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - name: its name in the cluster.
    ///   - address: where its inbox listens.
    ///   - pools: the pools that it serves.
    ///   - clusterKey: the cluster's secret.
    ///   - mayHaveSessions: whether workers may have sessions of a former coordinator.
    ///   - cluster: the times and bounds of its decisions.
    ///   - dispatch: how long requests wait.
    ///   - storePath: the file of the store; nil keeps tombstones in memory only.
    ///   - shared: what it shares with other coordinators; nil for one that is alone.
    ///   - tombstoneRetention: how long tombstones are kept in the store, an hour at least.
    package init(
        name: String = "coordinator",
        address: String,
        pools: [PoolConfiguration],
        clusterKey: ClusterKey,
        mayHaveSessions: Bool,
        cluster: ClusterConfiguration = ClusterConfiguration(),
        dispatch: DispatchTimes = DispatchTimes(),
        storePath: String? = nil,
        shared: ClusterStorage? = nil,
        tombstoneRetention: Duration = .seconds(24 * 60 * 60)
    ) {
        self.name = name
        self.address = address
        self.pools = pools
        self.clusterKey = clusterKey
        self.mayHaveSessions = mayHaveSessions
        self.cluster = cluster
        self.dispatch = dispatch
        self.storePath = storePath
        self.shared = shared
        self.tombstoneRetention = tombstoneRetention
    }
}

/// How long a request waits for what.
package struct DispatchTimes: Hashable, Sendable {
    /// How much longer than the code itself a request may take: the start of the sandbox, and the
    /// executions of the same session that came before.
    package var patience: Duration
    /// How long one answer may wait for the execution's end; then the next part is asked for.
    package var longestWait: Duration
    /// How much later than that the answer may arrive.
    package var answerMargin: Duration

    /// Makes times; the defaults are the documented ones.
    ///
    /// - Parameters:
    ///   - patience: how much longer than the code itself a request may take.
    ///   - longestWait: how long one answer may wait for the execution's end.
    ///   - answerMargin: how much later than that the answer may arrive.
    package init(
        patience: Duration = .seconds(240),
        longestWait: Duration = .seconds(20),
        answerMargin: Duration = .seconds(5)
    ) {
        self.patience = patience
        self.longestWait = longestWait
        self.answerMargin = answerMargin
    }
}

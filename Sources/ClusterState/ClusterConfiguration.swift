package import HashRing

/// What a coordinator's decisions depend on besides the events.
package struct ClusterConfiguration: Hashable, Sendable {
    /// The times of failure detection.
    package var times: LeaseTimes
    /// How far above the mean of its share a worker may be loaded.
    package var boundedLoad: BoundedLoad
    /// The pings in a row without an answer after which a worker gets no new sessions.
    package var missesUntilUnhealthy: Int
    /// How long a placed session may go without the worker's word before it is stopped.
    package var placingTime: Duration
    /// How often a worker is told again to stop a session while it has not said that it did.
    package var stopInterval: Duration
    /// The most workers.
    package var workersMax: Int
    /// The most tombstones, and the most losses of which a client was not told yet.
    package var tombstonesMax: Int
    /// How long losses, former lives of workers, and tombstones that the store has not taken are remembered.
    package var memory: Duration
    /// How long a tombstone is remembered that the store of a coordinator that is alone has taken: longer than its
    /// worker mostly goes on to report it.
    package var writtenMemory: Duration

    /// Makes a configuration; the defaults are the documented ones.
    ///
    /// - Parameters:
    ///   - times: the times of failure detection.
    ///   - boundedLoad: how far above the mean of its share a worker may be loaded.
    ///   - missesUntilUnhealthy: the pings in a row without an answer after which a worker gets no
    ///     new sessions.
    ///   - placingTime: how long a placed session may go without the worker's word.
    ///   - stopInterval: how often a worker is told again to stop a session.
    ///   - workersMax: the most workers.
    ///   - tombstonesMax: the most tombstones.
    ///   - memory: how long losses, former lives, and tombstones that the store has not taken are remembered.
    ///   - writtenMemory: how long a tombstone is remembered that the store of a lone coordinator has taken.
    package init(
        times: LeaseTimes = LeaseTimes(),
        boundedLoad: BoundedLoad = BoundedLoad(),
        missesUntilUnhealthy: Int = 2,
        placingTime: Duration = .seconds(300),
        stopInterval: Duration = .seconds(2),
        workersMax: Int = 1024,
        tombstonesMax: Int = 50_000,
        memory: Duration = .seconds(2 * 60 * 60),
        writtenMemory: Duration = .seconds(5 * 60)
    ) {
        self.times = times
        self.boundedLoad = boundedLoad
        self.missesUntilUnhealthy = missesUntilUnhealthy
        self.placingTime = placingTime
        self.stopInterval = stopInterval
        self.workersMax = workersMax
        self.tombstonesMax = tombstonesMax
        self.memory = memory
        self.writtenMemory = writtenMemory
    }
}

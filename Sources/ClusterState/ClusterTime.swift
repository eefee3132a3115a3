/// When something happened, on both clocks that the cluster's rules need; always passed in.
package struct ClusterTime: Hashable, Comparable, Sendable {
    /// The time since some fixed instant, on a clock that is never set; all waiting is counted on it.
    package let uptime: Duration
    /// The time of day, in milliseconds since 1970; only shown, and a floor for new generations.
    package let epochMilliseconds: UInt64

    /// Joins the readings of both clocks.
    ///
    /// - Parameters:
    ///   - uptime: the time since some fixed instant, on a clock that is never set.
    ///   - epochMilliseconds: the time of day, in milliseconds since 1970.
    package init(uptime: Duration, epochMilliseconds: UInt64) {
        self.uptime = uptime
        self.epochMilliseconds = epochMilliseconds
    }

    package static func < (earlier: Self, later: Self) -> Bool { earlier.uptime < later.uptime }
}

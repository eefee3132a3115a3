/// The times of failure detection, in one place because their order is what keeps a session single.
///
/// `workerFence < lease`: a worker that hears nothing stops serving and destroys its sessions before
/// the coordinator declares it dead and lets the same identifiers begin anew elsewhere.
package struct LeaseTimes: Hashable, Sendable {
    /// How often a worker is pinged.
    package let pingInterval: Duration
    /// After this much silence the coordinator declares a worker dead.
    package let lease: Duration
    /// How much earlier the worker acts: time for it to end its sandboxes, for a ping on its way,
    /// and for clocks that do not run equally fast.
    package let fencingMargin: Duration
    /// After this much silence a worker is suspected: no new sessions, but its own live on.
    package let suspicion: Duration

    /// Makes times; the defaults are the documented ones.
    ///
    /// - Parameters:
    ///   - pingInterval: how often a worker is pinged.
    ///   - lease: after how much silence a worker is declared dead.
    ///   - fencingMargin: how much earlier the worker acts.
    package init(
        pingInterval: Duration = .milliseconds(500),
        lease: Duration = .seconds(5),
        fencingMargin: Duration = .milliseconds(500)
    ) {
        precondition(pingInterval > .zero && fencingMargin > .zero, "Times are positive.")
        precondition(
            lease >= pingInterval * 3 + fencingMargin,
            "A lease outlasts three pings, else one lost message ends sessions."
        )
        self.pingInterval = pingInterval
        self.lease = lease
        self.fencingMargin = fencingMargin
        suspicion = lease / 2
    }

    /// After this much silence a worker stops serving and destroys its sessions.
    package var workerFence: Duration { lease - fencingMargin }
}

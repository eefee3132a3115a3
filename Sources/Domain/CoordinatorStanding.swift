/// What a coordinator that shares a directory with others tells a worker of itself with each ping.
package struct CoordinatorStanding: Hashable, Sendable {
    /// This life of the coordinator.
    package var coordinator: Incarnation
    /// For how long, counted as the lease of the same ping, nobody can take the directory's word against this worker; zero when the
    /// coordinator is out of touch with the directory, or the directory does not know that it hears the worker.
    package var inTouch: Duration
    /// Counts the changes of the roster; of two rosters the later one is right.
    package var rosterRevision: UInt64
    /// All lives of coordinators that may decide on this worker, this one among them.
    package var roster: [Incarnation]
    /// Where all of them receive that are registered; a worker announces itself there.
    package var addresses: [String]

    /// Makes a standing.
    ///
    /// - Parameters:
    ///   - coordinator: this life of the coordinator.
    ///   - inTouch: for how long nobody can take the directory's word against this worker.
    ///   - rosterRevision: counts the changes of the roster.
    ///   - roster: all lives of coordinators that may decide on this worker.
    ///   - addresses: where they receive.
    package init(
        coordinator: Incarnation,
        inTouch: Duration,
        rosterRevision: UInt64,
        roster: [Incarnation],
        addresses: [String] = []
    ) {
        self.coordinator = coordinator
        self.inTouch = inTouch
        self.rosterRevision = rosterRevision
        self.roster = roster
        self.addresses = addresses
    }
}

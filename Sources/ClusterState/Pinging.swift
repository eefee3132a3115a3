package import Domain

/// What a ping tells a worker.
package struct Ping: Hashable, Sendable {
    /// Counts the pings to this life, from 1.
    package let number: UInt64
    /// How long the worker may serve from the arrival on.
    ///
    /// It counts from the worker's last answer, not from now: when answers get lost on the way, the
    /// leases shrink, and the worker fences itself although it hears every ping.
    package let lease: Duration
    /// How many of the worker's ended sessions have arrived.
    package let endedAcknowledged: UInt64
    /// What the coordinator tells of itself when it shares its directory with others.
    package var standing: CoordinatorStanding?
}

/// What a worker answers to a ping.
package struct PingAnswer: Hashable, Sendable {
    /// The worker's epoch.
    package var epoch: WorkerEpoch
    /// How much it can take.
    package var capacity: WorkerCapacity
    /// How many sessions it has.
    package var sessionCount: Int
    /// Whether it takes new sessions.
    package var isAccepting: Bool
    /// The sessions that ended and were not acknowledged yet, oldest first.
    package var ended: [SessionEnd]
    /// Whether a coordinator that is in touch with the shared directory calls the worker.
    package var isInTouch: Bool

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - epoch: the worker's epoch.
    ///   - capacity: how much it can take.
    ///   - sessionCount: how many sessions it has.
    ///   - isAccepting: whether it takes new sessions.
    ///   - ended: the sessions that ended and were not acknowledged yet, oldest first.
    ///   - isInTouch: whether a coordinator that is in touch with the shared directory calls the worker.
    package init(
        epoch: WorkerEpoch,
        capacity: WorkerCapacity,
        sessionCount: Int,
        isAccepting: Bool = true,
        ended: [SessionEnd] = [],
        isInTouch: Bool = true
    ) {
        self.epoch = epoch
        self.capacity = capacity
        self.sessionCount = sessionCount
        self.isAccepting = isAccepting
        self.ended = ended
        self.isInTouch = isInTouch
    }
}

/// A session that ended at its worker.
package struct SessionEnd: Hashable, Sendable {
    /// Counts the ended sessions of this life of the worker, from 1.
    package let number: UInt64
    /// The session.
    package let session: SessionLife
    /// Why it ended.
    package let cause: EndCause

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - number: counts the ended sessions of this life of the worker, from 1.
    ///   - session: the session.
    ///   - cause: why it ended.
    package init(number: UInt64, session: SessionLife, cause: EndCause) {
        self.number = number
        self.session = session
        self.cause = cause
    }
}

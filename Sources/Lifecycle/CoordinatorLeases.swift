package import Domain

/// A worker's permission to serve, from the pings of all its coordinators.
///
/// A worker that holds none fences itself: it ends its sessions, because coordinators may declare them lost
/// (design/cluster.md, failure rule 2). It holds one for as long as
/// - a coordinator that is in touch with the shared directory says so: nobody can declare it lost then, or
/// - every coordinator that might declare it lost calls, be the directory away: whoever calls does not declare.
package struct CoordinatorLeases<Instant: InstantProtocol & Sendable>: Sendable
where Instant.Duration == Duration {
    private struct Grant {
        var inTouchUntil: Instant
        var until: Instant
        var calledAt: Instant
    }

    private var grants: [Incarnation: Grant] = [:]
    private var roster: [Incarnation] = []
    private var rosterRevision: UInt64 = 0
    /// Whether there was a permission at all since the last loss of one; without it nothing can be lost.
    private var wasHeld = false

    /// Begins without permission.
    package init() {}

    /// Notes a ping.
    ///
    /// - Parameters:
    ///   - length: how long the coordinator counts on this worker.
    ///   - standing: what it told of itself; nil for one that shares its directory with nobody.
    ///   - since: when the answer was given from which that counts; nil when it counts from now.
    ///   - now: when the ping arrived.
    package mutating func renew(
        for length: Duration,
        standing: CoordinatorStanding?,
        since: Instant? = nil,
        now: Instant
    ) {
        let caller = standing?.coordinator ?? Incarnation(0)
        let base = min(since ?? now, now)
        let until = base.advanced(by: length)
        let inTouchUntil = base.advanced(by: min(length, standing?.inTouch ?? length))
        let former = grants[caller]
        grants[caller] = Grant(
            inTouchUntil: former.map { max($0.inTouchUntil, inTouchUntil) } ?? inTouchUntil,
            until: former.map { max($0.until, until) } ?? until,
            calledAt: now
        )
        if let standing, standing.rosterRevision >= rosterRevision {
            rosterRevision = standing.rosterRevision
            roster = standing.roster
            // Who is not in it any more and calls no more has no say.
            grants = grants.filter { roster.contains($0.key) || now < $0.value.until }
        }
        if let end, now < end { wasHeld = true }
    }

    /// When the permission ends; nil as long as there was none.
    package var expiry: Instant? { wasHeld ? end : nil }

    private var end: Instant? {
        guard let first = grants.values.first else { return nil }
        let inTouch = grants.values.reduce(first.inTouchUntil) { max($0, $1.inTouchUntil) }
        var all: Instant?
        for coordinator in roster {
            guard let until = grants[coordinator]?.until else { return inTouch }
            all = min(all ?? until, until)
        }
        return max(inTouch, all ?? inTouch)
    }

    /// Whether the worker may serve.
    ///
    /// - Parameter now: the present time.
    /// - Returns: whether a permission lasts.
    package func isHeld(_ now: Instant) -> Bool { expiry.map { now < $0 } ?? false }

    /// Whether a coordinator that is in touch with the directory calls.
    ///
    /// - Parameter now: the present time.
    /// - Returns: whether one does; always so with one that shares it with nobody and calls.
    package func isInTouch(_ now: Instant) -> Bool { grants.values.contains { now < $0.inTouchUntil } }

    /// How many coordinators call.
    ///
    /// - Parameter since: the time since which they must have called.
    /// - Returns: those that have.
    package func callerCount(since: Instant) -> Int { grants.values.count { $0.calledAt >= since } }

    /// Gives the permission up, after the worker has fenced itself.
    ///
    /// Who decides on it is not forgotten.
    package mutating func release() {
        grants = [:]
        wasHeld = false
    }
}

package import Domain

/// Decides when a session has lived long enough.
///
/// Any request for the session counts as use. The time is passed in, so that a test owns the clock.
package struct SessionClock<Instant: InstantProtocol & Sendable>: Sendable
where Instant.Duration == Duration {
    /// What is to be done now.
    package enum Verdict: Hashable, Sendable {
        /// The session ends.
        case ends(EndCause)
        /// It lives on; before this time it certainly does not end by itself.
        case lives(until: Instant)
    }

    private let lifecycle: SessionLifecycle
    private let beginning: Instant
    /// When the session was last used.
    package private(set) var lastUse: Instant

    /// Begins with a use.
    ///
    /// - Parameters:
    ///   - lifecycle: what ends the session.
    ///   - now: the time of the first use.
    package init(lifecycle: SessionLifecycle, now: Instant) {
        self.lifecycle = lifecycle
        beginning = now
        lastUse = now
    }

    /// Notes a use.
    ///
    /// - Parameter now: the time of the use.
    package mutating func touch(_ now: Instant) { lastUse = max(lastUse, now) }

    /// When the session ends if nothing happens before.
    ///
    /// - Parameters:
    ///   - now: the present time.
    ///   - isBusy: whether code runs or waits in it, or somebody reads from it.
    /// - Returns: the end; with each moment of business it is later, unless the age decides.
    package func expiry(now: Instant, isBusy: Bool) -> Instant {
        switch lifecycle {
        case .timed(let cooldown): (isBusy ? max(lastUse, now) : lastUse).advanced(by: cooldown)
        case .onContainerExit(let maxAlive): beginning.advanced(by: maxAlive)
        }
    }

    /// Whether the session has lived long enough.
    ///
    /// - Parameters:
    ///   - now: the present time.
    ///   - isBusy: whether code runs or waits in it, or somebody reads from it.
    /// - Returns: what is to be done.
    package func verdict(now: Instant, isBusy: Bool) -> Verdict {
        let expiry = expiry(now: now, isBusy: isBusy)
        guard now >= expiry else { return .lives(until: expiry) }
        switch lifecycle {
        case .timed: return .ends(.cooldown)
        case .onContainerExit: return .ends(.maxAlive)
        }
    }
}

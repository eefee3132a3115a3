/// Decides when a session has been idle for too long.
///
/// Any request for the session counts as use. The time is passed in, so that a test owns the clock.
package struct IdleTimer<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    /// How long a session lives without a request.
    package let cooldown: Duration
    private var lastUse: Instant

    /// Begins with a use.
    ///
    /// - Parameters:
    ///   - cooldown: how long a session lives without a request.
    ///   - now: the time of the first use.
    package init(cooldown: Duration, now: Instant) {
        self.cooldown = cooldown
        lastUse = now
    }

    /// Notes a use.
    ///
    /// - Parameter now: the time of the use.
    package mutating func touch(_ now: Instant) {
        lastUse = max(lastUse, now)
    }

    /// When the session ends if nothing happens before.
    package var expiry: Instant { lastUse.advanced(by: cooldown) }

    /// Whether the session has been idle for too long.
    ///
    /// - Parameter now: the present time.
    /// - Returns: whether it is to end.
    package func isExpired(_ now: Instant) -> Bool { now >= expiry }
}

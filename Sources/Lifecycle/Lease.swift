/// A worker's permission to serve, renewed by its coordinators' pings.
///
/// A worker that hears none for the lease's length fences itself: it ends its sessions, because
/// coordinators will have declared them lost (design/cluster.md, failure rule 2).
package struct Lease<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    /// When the permission ends; nil as long as no coordinator has called.
    package private(set) var expiry: Instant?

    /// Begins without permission.
    package init() {}

    /// Notes a ping.
    ///
    /// - Parameters:
    ///   - length: how long the permission lasts from now on.
    ///   - now: when the ping arrived.
    package mutating func renew(for length: Duration, now: Instant) {
        let renewed = now.advanced(by: length)
        expiry = expiry.map { max($0, renewed) } ?? renewed
    }

    /// Whether the worker may serve.
    ///
    /// - Parameter now: the present time.
    /// - Returns: whether a permission lasts.
    package func isHeld(_ now: Instant) -> Bool { expiry.map { now < $0 } ?? false }

    /// Gives the permission up, after the worker has fenced itself.
    package mutating func release() { expiry = nil }
}

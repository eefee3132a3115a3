/// How long something that fails is tried again: from its first failure on, and anew whenever it gets on.
package struct Patience: Sendable {
    private static let longest: Duration = .seconds(120)
    private static let firstPause: Duration = .milliseconds(200)
    private static let longestPause: Duration = .seconds(5)
    /// A server may ask for a longer pause, but not for any.
    private static let longestWanted: Duration = .seconds(30)

    private var firstFailure: ContinuousClock.Instant?
    private var nextPause = Self.firstPause

    /// Begins with nothing that has failed.
    package init() {}

    /// Whether it has failed often enough for the person to hear of it.
    package var isTried: Bool { nextPause > Self.firstPause * 8 }

    /// It has got on: what failed before does not count any more.
    package mutating func renew() { self = Patience() }

    /// It has failed.
    ///
    /// - Parameters:
    ///   - now: when.
    ///   - wanted: the pause that the server asks for.
    /// - Returns: how long to wait before it is tried again; nil when that is enough.
    package mutating func pause(at now: ContinuousClock.Instant, wanted: Duration = .zero) -> Duration? {
        let first = firstFailure ?? now
        firstFailure = first
        guard now - first < Self.longest else { return nil }
        defer { nextPause = min(nextPause * 2, Self.longestPause) }
        return max(nextPause, min(wanted, Self.longestWanted))
    }
}

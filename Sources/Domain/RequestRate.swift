/// How many requests a caller may send.
package struct RequestRate: Hashable, Sendable {
    /// The numbers of requests a minute that can be set.
    package static let perMinuteRange = 1...6_000_000
    /// The bursts that can be set.
    package static let burstRange = 1...1_000_000

    /// How many requests a minute in the long run.
    package let perMinute: Int
    /// How many at once, after a time of silence.
    package let burst: Int

    /// Makes a rate.
    ///
    /// - Parameters:
    ///   - perMinute: how many requests a minute in the long run, 1 to 6,000,000.
    ///   - burst: how many at once, 1 to 1,000,000; nil for what comes in ten seconds.
    /// - Throws: `sessionRequestValidationFailed` for a number outside its range.
    package init(perMinute: Int, burst: Int? = nil) throws(Failure) {
        let burst = burst ?? max(1, perMinute / 6)
        guard Self.perMinuteRange.contains(perMinute), Self.burstRange.contains(burst) else {
            throw Failure(
                .sessionRequestValidationFailed,
                "A rate has 1 to \(Self.perMinuteRange.upperBound) requests a minute "
                    + "and a burst of 1 to \(Self.burstRange.upperBound)."
            )
        }
        self.perMinute = perMinute
        self.burst = burst
    }

    private init(uncheckedPerMinute perMinute: Int, burst: Int) {
        self.perMinute = perMinute
        self.burst = burst
    }

    /// A multiple of the rate, within the bounds.
    ///
    /// - Parameter factor: how many times the rate, from 1 on.
    /// - Returns: the rate.
    package func times(_ factor: Int) -> Self {
        Self(
            uncheckedPerMinute: min(perMinute * max(1, factor), Self.perMinuteRange.upperBound),
            burst: min(burst * max(1, factor), Self.burstRange.upperBound)
        )
    }
}

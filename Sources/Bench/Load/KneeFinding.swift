/// How the knee was looked for, and where it is.
package struct KneeFinding: Hashable, Sendable, Codable {
    /// A rate that was tried.
    package struct Step: Hashable, Sendable, Codable {
        /// Operations a second that were asked for.
        let rate: Double
        /// Operations a second that succeeded.
        let reachedRate: Double
        /// The 99th percentile, in milliseconds.
        let p99: Double
        /// The share of operations that failed, from 0 to 1.
        let failedShare: Double
        /// The bound that it breaks: `errors`, `rate` or `p99`; nil when all hold.
        let broken: String?

        private enum CodingKeys: String, CodingKey {
            case rate, broken
            case reachedRate = "reached_rate"
            case p99 = "p99_ms"
            case failedShare = "failed_share"
        }
    }

    /// The greatest rate that broke no bound, in operations a second; nil when each did.
    package let rate: Double?
    /// The greatest 99th percentile that was allowed, in milliseconds.
    let p99Bound: Double
    /// The greatest share of failures that was allowed, from 0 to 1.
    let failedBound: Double
    /// The rates in the order in which they were tried.
    package let steps: [Step]

    private enum CodingKeys: String, CodingKey {
        case rate, steps
        case p99Bound = "p99_bound_ms"
        case failedBound = "failed_share_bound"
    }

    init(_ search: KneeSearch, _ bounds: KneeSearch.Bounds) {
        rate = search.knee
        p99Bound = bounds.p99Milliseconds
        failedBound = bounds.failedShare
        steps = search.steps.map {
            Step(
                rate: $0.rate,
                reachedRate: $0.reachedRate,
                p99: $0.p99Milliseconds,
                failedShare: $0.failedShare,
                broken: $0.broken
            )
        }
    }
}

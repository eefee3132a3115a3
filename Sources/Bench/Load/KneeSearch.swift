/// Looks for the greatest rate that a cluster takes without breaking a bound.
///
/// The rate is doubled until a bound breaks, and then halved in between until it is known well enough.
struct KneeSearch: Sendable {
    /// What must hold.
    struct Bounds: Hashable, Sendable {
        /// The greatest 99th percentile, in milliseconds.
        let p99Milliseconds: Double
        /// The greatest share of operations that fail, from 0 to 1.
        let failedShare: Double
        /// The smallest share of the asked rate that has to be reached: behind it the queue only grows.
        let reachedShare = 0.9
    }

    /// What came of a rate.
    struct Step: Hashable, Sendable {
        /// Operations a second that were asked for.
        let rate: Double
        /// Operations a second that succeeded.
        let reachedRate: Double
        /// The 99th percentile, in milliseconds.
        let p99Milliseconds: Double
        /// The share of operations that failed, from 0 to 1.
        let failedShare: Double
        /// The first bound that it breaks; nil when all hold.
        let broken: String?
    }

    /// The knee is known when what breaks is less than this many times what holds.
    private static let precision = 1.1
    private static let stepsMax = 16

    private let bounds: Bounds
    private let first: Double
    private(set) var steps: [Step] = []

    /// Begins a search.
    ///
    /// - Parameters:
    ///   - bounds: what must hold.
    ///   - first: the first rate, in operations a second.
    init(_ bounds: Bounds, from first: Double) {
        self.bounds = bounds
        self.first = first
    }

    /// The greatest rate that held; nil when none did.
    var knee: Double? { steps.filter { $0.broken == nil }.map(\.rate).max() }

    /// The next rate to try; nil when the knee is known.
    var next: Double? {
        guard steps.count < Self.stepsMax else { return nil }
        let bad = steps.filter { $0.broken != nil }.map(\.rate).min()
        switch (knee, bad) {
        case (nil, nil): return first
        case (let good?, nil): return good * 2
        // A first rate that is too great by far: below a hundredth of it nothing is looked for.
        case (nil, let bad?): return bad > first / 100 ? bad / 2 : nil
        case (let good?, let bad?): return bad / good < Self.precision ? nil : (good * bad).squareRoot()
        }
    }

    /// Takes what came of a rate.
    ///
    /// - Parameters:
    ///   - rate: operations a second that were asked for.
    ///   - reachedRate: operations a second that succeeded.
    ///   - p99Milliseconds: the 99th percentile.
    ///   - failedShare: the share of operations that failed, from 0 to 1.
    mutating func took(_ rate: Double, reachedRate: Double, p99Milliseconds: Double, failedShare: Double) {
        let broken: String? =
            if failedShare > bounds.failedShare {
                "errors"
            } else if reachedRate < rate * bounds.reachedShare {
                "rate"
            } else if p99Milliseconds > bounds.p99Milliseconds {
                "p99"
            } else {
                nil
            }
        steps.append(
            Step(
                rate: rate,
                reachedRate: reachedRate,
                p99Milliseconds: p99Milliseconds,
                failedShare: failedShare,
                broken: broken
            )
        )
    }
}

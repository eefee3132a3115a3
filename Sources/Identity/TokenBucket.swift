package import Domain

/// Lets requests pass at a rate: each takes a token, and tokens come back with time.
package struct TokenBucket: Hashable, Sendable {
    /// What a client is told about its rate.
    package struct Verdict: Hashable, Sendable {
        /// Whether the request may pass.
        package let isAllowed: Bool
        /// How many may be sent at once after a time of silence.
        package let limit: Int
        /// How many may be sent right now.
        package let remaining: Int
        /// In how many seconds there are as many as ``limit`` again, rounded up.
        package let resetSeconds: Int
        /// After how many seconds the next one may pass, rounded up; 0 when it may at once.
        package let retryAfterSeconds: Int
    }

    private let rate: RequestRate
    private var tokens: Double
    private var counted: ContinuousClock.Instant

    /// Makes a full bucket.
    ///
    /// - Parameters:
    ///   - rate: how fast tokens come back, and how many there are at most.
    ///   - now: the time.
    package init(_ rate: RequestRate, at now: ContinuousClock.Instant) {
        self.rate = rate
        tokens = Double(rate.burst)
        counted = now
    }

    /// Whether the bucket is full at a time, and so no different from a new one.
    ///
    /// - Parameter now: the time.
    /// - Returns: whether it is full.
    package func isFull(at now: ContinuousClock.Instant) -> Bool { level(at: now) >= Double(rate.burst) }

    /// Takes a token for a request, if there is one.
    ///
    /// - Parameter now: the time; one before the last call's counts as that.
    /// - Returns: whether the request may pass, and what the client is told.
    package mutating func take(at now: ContinuousClock.Instant) -> Verdict {
        tokens = level(at: now)
        counted = max(counted, now)
        let isAllowed = tokens >= 1
        if isAllowed { tokens -= 1 }
        return Verdict(
            isAllowed: isAllowed,
            limit: rate.burst,
            remaining: Int(tokens),
            resetSeconds: seconds(for: Double(rate.burst) - tokens),
            retryAfterSeconds: tokens >= 1 ? 0 : max(1, seconds(for: 1 - tokens))
        )
    }

    /// Whether the bucket was made for a rate.
    func isFor(_ other: RequestRate) -> Bool { rate == other }

    private func level(at now: ContinuousClock.Instant) -> Double {
        let minutes = max(.zero, counted.duration(to: now)) / .seconds(60)
        return min(Double(rate.burst), tokens + minutes * Double(rate.perMinute))
    }

    private func seconds(for missing: Double) -> Int {
        Int((max(0, missing) * 60 / Double(rate.perMinute)).rounded(.up))
    }
}

/// The buckets of all callers, so many and no more.
package struct RateLimiter: Sendable {
    /// How many buckets there are at most.
    private let countMax: Int
    private let standard: RequestRate?
    private let factor: Int
    private var buckets: [String: TokenBucket] = [:]

    /// Makes a limiter that has seen nobody yet.
    ///
    /// - Parameters:
    ///   - standard: the rate of callers that have none of their own; nil for no limit.
    ///   - factor: how many times its rate each caller has.
    ///   - countMax: how many callers it remembers at most.
    package init(standard: RequestRate?, factor: Int = 1, countMax: Int = 20_000) {
        self.standard = standard
        self.factor = factor
        self.countMax = max(1, countMax)
    }

    /// How many callers it remembers.
    package var count: Int { buckets.count }

    /// Takes a token from a caller's bucket.
    ///
    /// - Parameters:
    ///   - caller: who sent the request.
    ///   - now: the time.
    /// - Returns: whether the request may pass; nil when the caller has no limit.
    package mutating func take(for caller: Caller, at now: ContinuousClock.Instant) -> TokenBucket.Verdict? {
        guard let rate = (caller.rate ?? standard)?.times(factor) else { return nil }
        let name = "\(caller.issuer ?? "")\n\(caller.name)"
        var bucket = buckets[name].flatMap { $0.isFor(rate) ? $0 : nil } ?? TokenBucket(rate, at: now)
        let verdict = bucket.take(at: now)
        if buckets[name] == nil, buckets.count >= countMax { makeRoom(at: now) }
        buckets[name] = bucket
        return verdict
    }

    // Full buckets are as good as none. If that is not enough, the quietest half is forgotten: a caller gains
    // at most one burst by that, and needs thousands of others that are busy at the same time.
    private mutating func makeRoom(at now: ContinuousClock.Instant) {
        buckets = buckets.filter { !$0.value.isFull(at: now) }
        guard buckets.count >= countMax else { return }
        let kept = buckets.sorted { $0.value.lastCounted > $1.value.lastCounted }.prefix(countMax / 2)
        buckets = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}

extension TokenBucket {
    /// When a token was last asked for.
    fileprivate var lastCounted: ContinuousClock.Instant { counted }
}

/// Which keys of an issuer are known, and when to ask it for more: pure decisions, with the time passed in.
struct KeySetCache: Sendable {
    /// How long keys serve and how often the issuer is asked.
    struct Times: Sendable {
        /// After this time of use the issuer is asked again, so that a withdrawn key ends.
        var refreshAfter: Duration = .seconds(10 * 60)
        /// For so long keys serve when the issuer does not answer.
        var keepFor: Duration = .seconds(24 * 60 * 60)
        /// The issuer is asked no more often than this, whatever tokens come.
        var pause: Duration = .seconds(30)
    }

    /// What to do for a token.
    enum Verdict: Sendable {
        /// Use this key; and have the issuer asked meanwhile if `isDue`.
        case key(VerificationKey, isDue: Bool)
        /// Have the issuer asked, unless it is being asked already, and wait for its answer.
        case ask
        /// The issuer was asked just now and has no such key.
        case unknown
        /// The issuer does not answer; it is asked again after so many seconds.
        case unavailable(retryAfterSeconds: Int)
    }

    private let times: Times
    private var keys: KeySet?
    private var learnedAt: ContinuousClock.Instant?
    private var askedAt: ContinuousClock.Instant?
    private var isAsking = false
    private var lastFailed = false

    init(times: Times = Times()) { self.times = times }

    /// Decides about a token.
    ///
    /// - Parameters:
    ///   - id: the key's name in the token's header.
    ///   - algorithm: the token's algorithm.
    ///   - now: the time.
    ///   - hasWaited: whether the issuer was asked for this token already; then it is not asked again.
    /// - Returns: what to do.
    func verdict(
        _ id: String?,
        _ algorithm: TokenAlgorithm,
        at now: ContinuousClock.Instant,
        hasWaited: Bool = false
    ) -> Verdict {
        let mayAsk = askedAt.map { now - $0 >= times.pause } ?? true
        if let learnedAt, now - learnedAt <= times.keepFor, let key = keys?.key(id, for: algorithm) {
            return .key(key, isDue: mayAsk && now - learnedAt >= times.refreshAfter)
        }
        if !hasWaited, mayAsk || isAsking { return .ask }
        guard lastFailed, let askedAt else { return .unknown }
        let seconds = (times.pause - (now - askedAt)) / .seconds(1)
        return .unavailable(retryAfterSeconds: max(1, Int(seconds.rounded(.up))))
    }

    /// Whether the issuer may be asked; then it counts as asked.
    mutating func begin(at now: ContinuousClock.Instant) -> Bool {
        if let askedAt, now - askedAt < times.pause { return false }
        askedAt = now
        isAsking = true
        return true
    }

    /// Takes the issuer's answer; nil when there was none, which leaves the known keys as they are.
    mutating func finish(_ answer: KeySet?, at now: ContinuousClock.Instant) {
        isAsking = false
        lastFailed = answer == nil
        guard let answer else { return }
        keys = answer
        learnedAt = now
    }
}

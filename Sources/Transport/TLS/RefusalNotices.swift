/// Tells each kind of refusal once in a while, so that a stranger who keeps trying does not fill the log.
struct RefusalNotices {
    /// How long the same is not told again.
    static let pause: Duration = .seconds(60)
    /// How many kinds are told apart; beyond that everything counts as one.
    static let kindsMax = 64

    private struct Kind {
        var lastTold: ContinuousClock.Instant
        var untold = 0
    }

    private var kinds: [TLSRefusal: Kind] = [:]

    /// Decides about a refusal.
    ///
    /// - Returns: what to tell, with the number of those that were not told; nil for nothing.
    mutating func take(_ refusal: TLSRefusal, at time: ContinuousClock.Instant) -> TLSRefusal? {
        var key = refusal
        if kinds[key] == nil, kinds.count >= Self.kindsMax {
            kinds = kinds.filter { $0.value.lastTold.duration(to: time) < Self.pause }
            if kinds.count >= Self.kindsMax { key = TLSRefusal(peer: "", side: refusal.side, sentence: "") }
        }
        guard var kind = kinds[key] else {
            kinds[key] = Kind(lastTold: time)
            return refusal
        }
        guard kind.lastTold.duration(to: time) >= Self.pause else {
            kind.untold += 1
            kinds[key] = kind
            return nil
        }
        kinds[key] = Kind(lastTold: time)
        return TLSRefusal(
            peer: refusal.peer,
            side: refusal.side,
            sentence: refusal.sentence,
            untold: kind.untold
        )
    }
}

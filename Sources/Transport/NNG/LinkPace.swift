/// How soon a link may follow the last one: at once, unless links keep ending as soon as they begin.
struct LinkPace {
    /// The earliest time for the next link.
    private(set) var nextLink = ContinuousClock.now

    private let shortest: Duration
    private let longest: Duration
    private var lastBegin = ContinuousClock.now
    private var pause = Duration.zero

    /// Begins without a pause.
    ///
    /// - Parameters:
    ///   - shortest: The first pause; a link that lives ten times as long is followed at once.
    ///   - longest: The longest pause.
    init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }

    /// Notes that a link was made.
    mutating func linkBegan(at time: ContinuousClock.Instant) {
        lastBegin = time
    }

    /// Notes that the link ended.
    mutating func linkEnded(at time: ContinuousClock.Instant) {
        let isShort = lastBegin.duration(to: time) < shortest * 10
        pause = isShort ? min(max(pause * 2, shortest), longest) : .zero
        nextLink = time.advanced(by: pause)
    }
}

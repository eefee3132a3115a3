/// Which operation begins when; time is passed in.
struct Schedule: Sendable {
    /// An operation whose time comes.
    struct Turn: Hashable, Sendable {
        /// Its number, which no other operation of the run has, be it of another load.
        let number: Int
        /// Which session it is for, of as many as there are: the same for a client of a closed loop.
        let slot: Int
        /// When it should begin, from the load's start; its latency counts from there.
        let intended: Duration
        /// Whether it counts.
        let isMeasured: Bool
    }

    /// How far an open loop may be behind until what has not begun is given up.
    static let graceTime: Duration = .seconds(10)

    private let plan: LoadPlan
    private let firstNumber: Int
    private var handedOut = 0
    private var measured = 0
    private var isOver = false

    /// Begins with a plan.
    ///
    /// - Parameters:
    ///   - plan: how load is made.
    ///   - firstNumber: the first operation's number.
    init(_ plan: LoadPlan, firstNumber: Int = 0) {
        self.plan = plan
        self.firstNumber = firstNumber
    }

    /// The number of the operation after the last one.
    var nextNumber: Int { firstNumber + handedOut }

    /// How many operations should have begun and never did, because the open loop was too far behind.
    private(set) var abandoned = 0

    /// The next operation of a lane.
    ///
    /// - Parameters:
    ///   - lane: which of the plan's lanes asks.
    ///   - elapsed: how long ago the load has begun.
    /// - Returns: the operation; nil when there is none any more.
    mutating func next(lane: Int, at elapsed: Duration) -> Turn? {
        // A client whose turn in the ramp comes after the end is no end for the others.
        guard !isOver, let intended = intended(lane, elapsed) else { return nil }
        if isOverdue(intended, elapsed) {
            isOver = true
            return nil
        }
        let isMeasured = intended >= plan.warmUp
        if case .count(let count) = plan.limit, measured >= count {
            isOver = true
            return nil
        }
        defer { handedOut += 1 }
        if isMeasured { measured += 1 }
        let slot = if case .clients = plan.pace { lane } else { handedOut }
        return Turn(number: nextNumber, slot: slot, intended: intended, isMeasured: isMeasured)
    }

    /// When the next operation of a lane should begin; nil behind the end.
    private func intended(_ lane: Int, _ elapsed: Duration) -> Duration? {
        let time: Duration
        switch plan.pace {
        case .clients(let clients): time = max(elapsed + plan.pause, plan.ramp * lane / clients)
        case .rate(let rate): time = Self.offset(of: handedOut, rate: rate, ramp: plan.ramp)
        case .burst: time = plan.warmUp
        }
        if case .duration(let duration) = plan.limit, time >= plan.warmUp + duration { return nil }
        return time
    }

    /// Whether an open loop is too far behind; what is left of it is counted then.
    private mutating func isOverdue(_ intended: Duration, _ elapsed: Duration) -> Bool {
        guard case .rate(let rate) = plan.pace, case .duration(let duration) = plan.limit else {
            return false
        }
        let end = plan.warmUp + duration
        guard elapsed > end + Self.graceTime else { return false }
        abandoned += max(0, Int((end - intended) / .seconds(1) * rate))
        return true
    }

    /// When the operation of a number should begin.
    ///
    /// While the rate rises evenly from nothing, `t` seconds of a ramp of `r` have seen `rate × t² / 2r` operations.
    ///
    /// - Parameters:
    ///   - number: the operation's number, from 0.
    ///   - rate: operations a second behind the ramp.
    ///   - ramp: how long the rate rises.
    /// - Returns: the time from the load's start.
    static func offset(of number: Int, rate: Double, ramp: Duration) -> Duration {
        let rampSeconds = ramp / .seconds(1)
        let inRamp = rate * rampSeconds / 2
        let number = Double(number)
        let seconds =
            number < inRamp
            ? (2 * number * rampSeconds / rate).squareRoot() : rampSeconds + (number - inRamp) / rate
        return .seconds(seconds)
    }
}

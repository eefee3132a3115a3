/// How many questions are under way at the same time; others wait for their turn, in the order in which they came.
///
/// Without it a thousand questions at once would fail together when the connections cannot take them in time.
struct QuestionTurns {
    private struct Waiter {
        let deadline: ContinuousClock.Instant
        let turn: CheckedContinuation<Bool, Never>
    }

    private var free: Int
    private var waiters: [Waiter] = []
    private var first = 0

    /// Begins with none under way.
    ///
    /// - Parameter most: how many may be.
    init(most: Int) { free = most }

    /// Takes a turn if one is free.
    ///
    /// - Returns: whether it did.
    mutating func take() -> Bool {
        guard free > 0 else { return false }
        free -= 1
        return true
    }

    /// Waits for a turn.
    ///
    /// - Parameters:
    ///   - turn: told whether it has one.
    ///   - deadline: until when it waits; it is told so when the next turn is over, which each is within seconds.
    mutating func wait(_ turn: CheckedContinuation<Bool, Never>, until deadline: ContinuousClock.Instant) {
        waiters.append(Waiter(deadline: deadline, turn: turn))
    }

    /// Gives a turn back.
    ///
    /// - Parameter now: the time.
    mutating func give(_ now: ContinuousClock.Instant) {
        while first < waiters.count {
            let waiter = waiters[first]
            first += 1
            if first == waiters.count { (waiters, first) = ([], 0) }
            let isInTime = now < waiter.deadline
            waiter.turn.resume(returning: isInTime)
            if isInTime { return }
        }
        free += 1
    }
}

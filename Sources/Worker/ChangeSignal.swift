internal import Transport

/// Wakes those who wait for an actor's state to change.
///
/// Each waiter has a stream of its own, which ends by itself when its task is cancelled, so nothing
/// has to be taken back.
struct ChangeSignal: Sendable {
    private var waiters: [UInt64: AsyncStream<Never>.Continuation] = [:]
    private var nextNumber: UInt64 = 0

    /// A place in the queue of those who wait.
    struct Subscription: Sendable {
        fileprivate let number: UInt64
        fileprivate let change: AsyncStream<Never>
        fileprivate let changed: AsyncStream<Never>.Continuation

        /// Waits for the next change.
        ///
        /// - Parameter deadline: when to give up.
        func wait(until deadline: ContinuousClock.Instant) async {
            let alarm = AlarmClock.shared.set(for: deadline) { changed.finish() }
            for await _ in change {}
            AlarmClock.shared.callOff(alarm)
        }
    }

    /// Begins to wait; from here on no change is missed.
    ///
    /// - Returns: what to wait on; it must be given back with ``unsubscribe(_:)``.
    mutating func subscribe() -> Subscription {
        let (change, changed) = AsyncStream.makeStream(of: Never.self)
        nextNumber += 1
        waiters[nextNumber] = changed
        return Subscription(number: nextNumber, change: change, changed: changed)
    }

    /// Gives a subscription back.
    ///
    /// - Parameter subscription: what ``subscribe()`` returned.
    mutating func unsubscribe(_ subscription: Subscription) {
        waiters[subscription.number] = nil
    }

    /// Wakes all who wait.
    func notify() {
        for waiter in waiters.values { waiter.finish() }
    }
}

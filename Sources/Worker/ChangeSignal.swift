internal import Transport

/// Wakes those who wait for a part of an actor's state to change.
///
/// Each waiter has a wakeup of its own, which ends by itself when its task is cancelled, so nothing
/// has to be taken back.
struct ChangeSignal: Sendable {
    private var waiters: [UInt64: (parts: Parts, changed: Wakeup)] = [:]
    private var nextNumber: UInt64 = 0

    /// Parts of a state: a session hears of each chunk of output, and to wake all for it would cost more than
    /// the execution.
    struct Parts: OptionSet {
        let rawValue: UInt8

        /// Which executions there are, and what has become of them.
        static let executions = Parts(rawValue: 1)
        /// What executions say, event by event.
        static let events = Parts(rawValue: 2)
        /// The same, as soon as it fills a page or is all.
        static let pages = Parts(rawValue: 4)
        /// The terminals and what they say.
        static let terminals = Parts(rawValue: 8)
        /// Which files are open.
        static let transfers = Parts(rawValue: 16)
        /// Everything, as when a machine comes or a session ends.
        static let all = Parts(rawValue: .max)
    }

    /// A place in the queue of those who wait.
    struct Subscription: Sendable {
        fileprivate let number: UInt64
        fileprivate let changed: Wakeup

        /// Waits for the next change.
        ///
        /// - Parameter deadline: when to give up.
        func wait(until deadline: ContinuousClock.Instant) async { await changed.wait(until: deadline) }
    }

    /// Begins to wait; from here on no change is missed.
    ///
    /// - Parameter parts: what of the state is of interest.
    /// - Returns: what to wait on; it must be given back with ``unsubscribe(_:)``.
    mutating func subscribe(to parts: Parts = .all) -> Subscription {
        let changed = Wakeup()
        nextNumber += 1
        waiters[nextNumber] = (parts, changed)
        return Subscription(number: nextNumber, changed: changed)
    }

    /// Gives a subscription back.
    ///
    /// - Parameter subscription: what ``subscribe(to:)`` returned.
    mutating func unsubscribe(_ subscription: Subscription) {
        waiters[subscription.number] = nil
    }

    /// Wakes all who wait for one of some parts.
    ///
    /// - Parameter parts: what has changed.
    func notify(_ parts: Parts = .all) {
        for waiter in waiters.values where !waiter.parts.isDisjoint(with: parts) { waiter.changed.fire() }
    }
}

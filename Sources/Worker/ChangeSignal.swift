/// Wakes those who wait for an actor's state to change.
///
/// Each waiter has a stream of its own, which ends by itself when its task is cancelled, so nothing
/// has to be taken back.
struct ChangeSignal: Sendable {
    private var waiters: [UInt64: AsyncStream<Void>.Continuation] = [:]
    private var nextNumber: UInt64 = 0

    /// A place in the queue of those who wait.
    struct Subscription: Sendable {
        fileprivate let number: UInt64
        fileprivate let stream: AsyncStream<Void>

        /// Waits for the next change.
        ///
        /// - Parameter deadline: when to give up.
        func wait(until deadline: ContinuousClock.Instant) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in stream { return } }
                group.addTask { try? await Task.sleep(until: deadline, clock: .continuous) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Begins to wait; from here on no change is missed.
    ///
    /// - Returns: what to wait on; it must be given back with ``unsubscribe(_:)``.
    mutating func subscribe() -> Subscription {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        nextNumber += 1
        waiters[nextNumber] = continuation
        return Subscription(number: nextNumber, stream: stream)
    }

    /// Gives a subscription back.
    ///
    /// - Parameter subscription: what ``subscribe()`` returned.
    mutating func unsubscribe(_ subscription: Subscription) {
        waiters.removeValue(forKey: subscription.number)?.finish()
    }

    /// Wakes all who wait.
    func notify() {
        for waiter in waiters.values { waiter.yield() }
    }
}

import Synchronization

/// Lets one task wait for one thing to happen: what has happened before the wait ends it at once.
///
/// A stream of nothing does the same and costs several times as much, which an execution pays three times.
package final class Wakeup: Sendable {
    private enum State {
        case pending
        case awaited(UnsafeContinuation<Void, Never>)
        case fired
    }

    private let state = Mutex(State.pending)

    /// Begins with nothing having happened.
    package init() {}

    /// Ends the wait; the second time it does nothing.
    package func fire() {
        let waiting: UnsafeContinuation<Void, Never>? = state.withLock { state in
            defer { state = .fired }
            if case .awaited(let waiting) = state { return waiting }
            return nil
        }
        waiting?.resume()
    }

    /// Waits until it is fired or the task is cancelled; for one task, once.
    package func wait() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let hasFired = state.withLock { state in
                    switch state {
                    case .fired: return true
                    case .awaited: preconditionFailure("A wakeup is for one task.")
                    case .pending:
                        state = .awaited(continuation)
                        return false
                    }
                }
                if hasFired { continuation.resume() }
            }
        } onCancel: {
            fire()
        }
    }

    /// Waits until it is fired, the task is cancelled or a deadline passes.
    ///
    /// - Parameter deadline: when to give up.
    package func wait(until deadline: ContinuousClock.Instant) async {
        let alarm = AlarmClock.shared.set(for: deadline) { self.fire() }
        await wait()
        AlarmClock.shared.callOff(alarm)
    }
}

import Synchronization

/// What an operation's task and libnng's callback share: who waits, and whether it shall end early.
///
/// There is no unsafe code in here; ``Operation`` owns it beside the C object that calls it back.
final class Completion: Sendable {
    private struct State {
        var waiting: CheckedContinuation<Bool, Never>?
        var executor: CallbackExecutor?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Whether the operation was cancelled since the last ``reset()``.
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Stores who waits, unless the operation was cancelled already.
    ///
    /// - Parameters:
    ///   - continuation: Who waits; the caller resumes it with false when this returns false.
    ///   - executor: Whose tasks go on in the callback; nil for none.
    /// - Returns: Whether the operation may start.
    func begin(_ continuation: CheckedContinuation<Bool, Never>, waking executor: CallbackExecutor?) -> Bool {
        state.withLock { state in
            guard !state.isCancelled else { return false }
            state.waiting = continuation
            state.executor = executor
            return true
        }
    }

    /// Notes the wish to end early.
    ///
    /// - Returns: Whether there may be a running operation that has to be told.
    func cancel() -> Bool {
        state.withLock { state in
            state.isCancelled = true
            return state.waiting != nil
        }
    }

    /// Resumes who waits; libnng calls back exactly once for an operation that it accepted.
    ///
    /// - Parameter wasStarted: Whether the library had the operation.
    func finish(wasStarted: Bool) {
        let (continuation, executor) = state.withLock { ($0.waiting.take(), $0.executor.take()) }
        if let executor, wasStarted {
            executor.callback { continuation?.resume(returning: wasStarted) }
        } else {
            continuation?.resume(returning: wasStarted)
        }
    }

    /// Makes ready for the next operation.
    func reset() {
        state.withLock { $0.isCancelled = false }
    }
}

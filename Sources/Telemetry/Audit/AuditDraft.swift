internal import Synchronization

/// The entry of a request that is still being served; it becomes a line exactly once, at the latest when
/// nobody holds the draft any more.
package final class AuditDraft: Sendable {
    private struct State {
        var entry: AuditEntry
        var hasPlace = false
        var isFinished = false
    }

    private let state: Mutex<State>
    private let log: AuditLog

    init(_ entry: AuditEntry, log: AuditLog) {
        state = Mutex(State(entry: entry))
        self.log = log
    }

    deinit { finish() }

    /// Adds what has become known.
    ///
    /// - Parameter change: sets members of the entry; it must not call the draft.
    package func note(_ change: (inout AuditEntry) -> Void) {
        state.withLock { change(&$0.entry) }
    }

    /// Keeps a place in the log's queue for the line, so that what is done from now on is surely told.
    ///
    /// - Returns: false when there is none; then nothing must be done.
    package func reserve() -> Bool {
        state.withLock { state in
            if !state.hasPlace { state.hasPlace = log.reserve() }
            return state.hasPlace
        }
    }

    /// Gives the line up: there will be none.
    package func withdraw() {
        let hadPlace = state.withLock { state in
            defer { state.isFinished = true }
            return !state.isFinished && state.hasPlace
        }
        if hadPlace { log.release() }
    }

    /// Writes the line; further calls do nothing.
    package func finish() {
        let finished = state.withLock { state -> (entry: AuditEntry, hasPlace: Bool)? in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            return (state.entry, state.hasPlace)
        }
        if let finished { log.append(finished.entry, hasPlace: finished.hasPlace) }
    }
}

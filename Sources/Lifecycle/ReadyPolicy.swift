/// Decides how many sandboxes are started or given up to keep a pool's number ready.
package struct ReadyPolicy: Hashable, Sendable {
    /// How many to keep ready.
    package var target: Int
    /// How many are ready.
    package var ready: Int
    /// How many are being started.
    package var starting: Int

    /// Describes a pool's state on one worker.
    ///
    /// - Parameters:
    ///   - target: how many to keep ready.
    ///   - ready: how many are ready.
    ///   - starting: how many are being started.
    package init(target: Int, ready: Int, starting: Int) {
        self.target = target
        self.ready = ready
        self.starting = starting
    }

    /// How many to start now.
    ///
    /// - Parameter room: how many more machines the worker can take; sessions have taken theirs already.
    /// - Returns: the number, never negative.
    package func starts(room: Int) -> Int { max(0, min(target - ready - starting, room)) }

    /// How many of the ready ones to give up now.
    ///
    /// - Parameter room: as above; negative when sessions need the room of ready sandboxes.
    /// - Returns: the number, at most as many as are ready.
    package func surplus(room: Int) -> Int { min(ready, max(0, ready - target, -room)) }
}

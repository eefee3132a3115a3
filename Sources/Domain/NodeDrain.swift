/// Somebody's wish that a worker gets no new sessions; it outlives restarts of the worker and of the coordinators.
package struct NodeDrain: Hashable, Sendable {
    /// The latest deadline that can be asked for: thirty days from the wish on, in seconds.
    package static let deadlineSecondsMax = 30 * 24 * 60 * 60

    /// The worker.
    package let worker: WorkerID
    /// When it was wished first, in milliseconds since 1970.
    package let sinceMilliseconds: UInt64
    /// When the sessions that are left are ended, in milliseconds since 1970; nil lets them run out.
    package let deadlineMilliseconds: UInt64?

    /// Makes a wish.
    ///
    /// - Parameters:
    ///   - worker: the worker.
    ///   - sinceMilliseconds: when it was wished first, in milliseconds since 1970.
    ///   - deadlineMilliseconds: when the sessions that are left are ended, in milliseconds since 1970; nil lets
    ///     them run out.
    package init(worker: WorkerID, sinceMilliseconds: UInt64, deadlineMilliseconds: UInt64? = nil) {
        self.worker = worker
        self.sinceMilliseconds = sinceMilliseconds
        self.deadlineMilliseconds = deadlineMilliseconds
    }
}

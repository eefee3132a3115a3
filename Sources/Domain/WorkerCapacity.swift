/// How much a worker can take.
package struct WorkerCapacity: Hashable, Sendable {
    /// The most sessions at once.
    package let sessions: Int
    /// Its share of new sessions against other workers; equal workers have equal weights.
    package let weight: Int

    /// Makes a capacity; what is below 1 becomes 1 for the weight and 0 for the sessions.
    ///
    /// - Parameters:
    ///   - sessions: the most sessions at once.
    ///   - weight: the share of new sessions against other workers.
    package init(sessions: Int, weight: Int) {
        self.sessions = max(0, sessions)
        self.weight = max(1, weight)
    }
}

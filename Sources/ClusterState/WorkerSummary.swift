package import Domain

/// What is told of a worker to people and to metrics.
package struct WorkerSummary: Hashable, Sendable {
    /// Its present life.
    package let life: WorkerLife
    /// Where it is reached.
    package let address: String
    /// How far it is in its membership.
    package let status: MemberStatus
    /// Whether it was silent for too long.
    package let isSuspected: Bool
    /// Whether it serves and answers, be it full or not.
    package let isHealthy: Bool
    /// Whether it says that it takes new sessions.
    package let isAccepting: Bool
    /// How much it can take.
    package let capacity: WorkerCapacity
    /// When it was heard last: its announcement, then its answers; counted from the coordinator's start.
    package let heardAt: Duration
    /// Its sessions by the directory's count.
    package let sessionCount: Int
    /// Its sessions by its own count, as of its last answer.
    package let reportedSessionCount: Int
}

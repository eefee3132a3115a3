package import Domain

/// What a worker owns of the ring.
package struct RingShare: Hashable, Sendable {
    /// The worker.
    package let node: WorkerID
    /// The part of all positions that it owns, from 0 to 1.
    package let fraction: Double
    /// The part that its weight entitles it to, from 0 to 1.
    package let fairFraction: Double
}

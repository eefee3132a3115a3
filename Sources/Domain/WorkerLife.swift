/// One life of a worker: what a session, a link and a lease belong to.
///
/// A restarted worker has another incarnation, one that lost its lease another epoch; either is a
/// replacement of the former life, never the same again.
package struct WorkerLife: Hashable, Sendable, CustomStringConvertible {
    /// The worker's name.
    package let worker: WorkerID
    /// The life of its process.
    package let incarnation: Incarnation
    /// The leases that this process lost.
    package let epoch: WorkerEpoch

    /// Names a life.
    ///
    /// - Parameters:
    ///   - worker: the worker's name.
    ///   - incarnation: the life of its process.
    ///   - epoch: the leases that this process lost.
    package init(worker: WorkerID, incarnation: Incarnation, epoch: WorkerEpoch) {
        self.worker = worker
        self.incarnation = incarnation
        self.epoch = epoch
    }

    package var description: String {
        "\(worker)#\(String(incarnation.number, radix: 16)).\(epoch.number)"
    }
}

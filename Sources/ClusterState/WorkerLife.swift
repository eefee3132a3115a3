package import Domain

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

/// "Here I am": what a worker says until a coordinator calls it.
package struct WorkerAnnouncement: Hashable, Sendable {
    /// Who it is.
    package let life: WorkerLife
    /// Where it is reached.
    package let address: String
    /// How much it can take.
    package let capacity: WorkerCapacity
    /// Whether it speaks this major version of the protocol.
    package let isCompatible: Bool

    /// Makes an announcement.
    ///
    /// - Parameters:
    ///   - life: who it is.
    ///   - address: where it is reached.
    ///   - capacity: how much it can take.
    ///   - isCompatible: whether it speaks this major version of the protocol.
    package init(life: WorkerLife, address: String, capacity: WorkerCapacity, isCompatible: Bool = true) {
        self.life = life
        self.address = address
        self.capacity = capacity
        self.isCompatible = isCompatible
    }
}

package import Domain

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

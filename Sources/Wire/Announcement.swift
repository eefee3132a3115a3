internal import CWire
package import Domain

/// "Here I am": what a worker sends to each coordinator's inbox until the coordinator pings.
package struct Announcement: Hashable, Sendable {
    /// The worker's name.
    package var worker: WorkerID
    /// Where the worker's inbox is, as an nng address.
    package var address: String
    /// Counts the leases that this life of the worker lost.
    package var epoch: WorkerEpoch
    /// How much the worker can take.
    package var capacity: WorkerCapacity

    /// Makes an announcement.
    ///
    /// - Parameters:
    ///   - worker: the worker's name.
    ///   - address: where the worker's inbox is.
    ///   - epoch: counts the leases that this life of the worker lost.
    ///   - capacity: how much the worker can take.
    package init(worker: WorkerID, address: String, epoch: WorkerEpoch, capacity: WorkerCapacity) {
        self.worker = worker
        self.address = address
        self.epoch = epoch
        self.capacity = capacity
    }

    func encoded() -> [UInt8] {
        var arena = Arena()
        let message = arena.message(cloister__v1__announcement__init)
        message.pointee.worker = arena.text(worker.text)
        message.pointee.address = arena.text(address)
        message.pointee.epoch = epoch.number
        message.pointee.capacity = arena.capacity(capacity)
        return arena.packed(message)
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        self = try unpacked(
            bytes,
            cloister__v1__announcement__unpack,
            cloister__v1__announcement__free_unpacked
        ) { message throws(WireError) in
            let name = try String(field: message.worker, "worker")
            let address = try String(field: message.address, "address")
            guard (1...256).contains(address.utf8.count) else {
                throw WireError(.invalidField, "The worker's address is missing or too long.")
            }
            return Announcement(
                worker: try checked { () throws(Failure) in try WorkerID(name) },
                address: address,
                epoch: WorkerEpoch(message.epoch),
                capacity: WorkerCapacity(try required(message.capacity, "capacity"))
            )
        }
    }
}

extension WorkerCapacity {
    init(_ message: Cloister__V1__Capacity) {
        self.init(sessions: Int(message.sessions), weight: Int(message.weight))
    }
}

extension Arena {
    mutating func capacity(_ capacity: WorkerCapacity) -> UnsafeMutablePointer<Cloister__V1__Capacity> {
        let message = message(cloister__v1__capacity__init)
        message.pointee.sessions = UInt32(clamping: capacity.sessions)
        message.pointee.weight = UInt32(clamping: capacity.weight)
        return message
    }
}

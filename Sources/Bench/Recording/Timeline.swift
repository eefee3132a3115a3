/// What happened when, in slots of equal length that get longer together when there would be too many.
package struct Timeline: Sendable, Codable {
    /// What happened within a slot.
    struct Slot: Sendable, Codable {
        var succeeded = 0
        var failed = 0
        var latency = LatencyRecord(isCoarse: true)

        mutating func add(_ other: Self) {
            succeeded += other.succeeded
            failed += other.failed
            latency.add(other.latency)
        }
    }

    /// The most slots that are kept.
    static let slotsMax = 900

    /// How long a slot is, in seconds: a power of two.
    private(set) var secondsPerSlot = 1
    private(set) var slots: [Slot] = []

    /// Adds an operation.
    ///
    /// - Parameters:
    ///   - ended: when it was over, from the measurement's beginning.
    ///   - latency: how long it took; nil when it failed.
    mutating func add(ended: Duration, latency: Duration?) {
        let second = max(0, Int(ended.components.seconds))
        while second / secondsPerSlot >= Self.slotsMax { coarsen() }
        let place = second / secondsPerSlot
        while slots.count <= place { slots.append(Slot()) }
        guard let latency else {
            slots[place].failed += 1
            return
        }
        slots[place].succeeded += 1
        slots[place].latency.add(latency)
    }

    /// Adds what happened at the same time elsewhere.
    ///
    /// - Parameter other: what happened there.
    mutating func add(_ other: Self) {
        var other = other
        while other.secondsPerSlot < secondsPerSlot { other.coarsen() }
        while secondsPerSlot < other.secondsPerSlot { coarsen() }
        while slots.count < other.slots.count { slots.append(Slot()) }
        for (place, slot) in other.slots.enumerated() { slots[place].add(slot) }
    }

    private mutating func coarsen() {
        secondsPerSlot *= 2
        slots = stride(from: 0, to: slots.count, by: 2).map { place in
            var slot = slots[place]
            if place + 1 < slots.count { slot.add(slots[place + 1]) }
            return slot
        }
    }
}

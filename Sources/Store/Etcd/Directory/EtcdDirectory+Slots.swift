internal import Domain
internal import Etcd

/// A reading of a pool's slots.
typealias SlotReading = Task<Result<Set<Int>, StoreError>, Never>

/// The places of a pool's `maxConcurrentSessions`.
///
/// Each is a key, which is written with the session that has it and removed with it: so the number is exact without
/// a count that all creations would have to write.
extension EtcdDirectory {
    /// What there is for a new session.
    enum SlotChoice {
        case slot(Int)
        case full(Int)
    }

    /// Chooses a slot to try.
    ///
    /// - Parameters:
    ///   - pool: the pool.
    ///   - most: its `maxConcurrentSessions`.
    ///   - isKnown: whether what is known here may be relied upon; else it is read first.
    /// - Returns: the slot, or that etcd says that there is none; nil when others were quicker.
    /// - Throws: why that cannot be read.
    func chooseSlot(
        in pool: PoolName,
        of most: Int,
        isKnown: Bool
    ) async throws(StoreError) -> SlotChoice? {
        var generator = SystemRandomNumberGenerator()
        if isKnown, let slot = slots[pool]?.choose(of: most, orTried: false, using: &generator) {
            return .slot(slot)
        }
        let used = try await usedSlots(of: pool)
        guard used.count < most else { return .full(used.count) }
        return slots[pool, default: PoolSlots()].choose(of: most, orTried: true, using: &generator)
            .map { .slot($0) }
    }

    /// Reads which slots are taken; calls at the same time share a reading that begins after all of them.
    private func usedSlots(of pool: PoolName) async throws(StoreError) -> Set<Int> {
        if let waiting = slotReadings[pool]?.waiting { return try await waiting.value.get() }
        let former = slotReadings[pool]?.last
        // A task of its own, as its readers are many; it ends with one question to etcd.
        let reading = SlotReading {
            _ = await former?.value
            return await self.readSlots(of: pool)
        }
        slotReadings[pool] = (reading, reading)
        return try await reading.value.get()
    }

    private func readSlots(of pool: PoolName) async -> Result<Set<Int>, StoreError> {
        // It begins now: whoever comes from here on needs the next one.
        slotReadings[pool]?.waiting = nil
        do throws(StoreError) {
            let found = try await read([.prefix(places.slots(of: pool))]).first?.entries ?? []
            let used = Set(found.compactMap { places.slotNumber($0.key) })
            slots[pool, default: PoolSlots()].note(used: used)
            return .success(used)
        } catch { return .failure(error) }
    }
}

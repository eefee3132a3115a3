package import Domain

/// A store that forgets everything with the process: for tests, and for a cluster that lives as long
/// as its coordinator.
package actor MemoryStore: Store {
    private struct Entry {
        let cursor: EndedSessionCursor
        let record: EndedSessionRecord
    }

    private let countMax: Int
    /// In the order of their cursors.
    private var entries: [Entry] = []
    private var sessions: Set<SessionLife> = []
    private var lastNumber: Int64 = 0
    private var knownFacts = NodeFacts()
    private var knownKeys: [KeyRecord] = []
    private var knownPools: [PoolName: PoolRecord] = [:]
    private var knownRotations: [PoolName: Int] = [:]
    private var knownDrains: [WorkerID: NodeDrain] = [:]
    private var isClosed = false

    /// Makes an empty store.
    ///
    /// - Parameter countMax: how many records it keeps at most; the oldest give way.
    package init(countMax: Int = 50_000) { self.countMax = countMax }

    package func keep(_ records: [EndedSessionRecord]) throws(StoreError) {
        try checkOpen()
        for record in records where sessions.insert(record.session).inserted {
            lastNumber += 1
            let cursor = EndedSessionCursor(
                epochMilliseconds: record.epochMilliseconds,
                number: lastNumber
            )
            entries.insert(Entry(cursor: cursor, record: record), at: index(of: cursor))
        }
        forget(entries.prefix(max(0, entries.count - countMax)).map(\.record.session))
    }

    package func records(of key: SessionKey, most: Int) throws(StoreError) -> [EndedSessionRecord] {
        try checkOpen()
        return entries.filter { $0.record.session.key == key }.suffix(most).map(\.record)
    }

    package func page(
        from earliest: UInt64,
        before cursor: EndedSessionCursor?,
        most: Int
    ) throws(StoreError) -> EndedSessionPage {
        try checkOpen()
        let end = cursor.map { index(of: $0) } ?? entries.count
        let start = min(index(of: EndedSessionCursor(epochMilliseconds: earliest)), end)
        let found = entries[start..<end].suffix(max(1, most))
        return EndedSessionPage(
            records: found.reversed().map(\.record),
            next: found.startIndex > start ? found.first?.cursor : nil
        )
    }

    package func removeRecords(
        endedBefore earliest: UInt64,
        beyondNewest count: Int
    ) throws(StoreError) -> Int {
        try checkOpen()
        let before = entries.count
        let lowest = lastNumber - Int64(clamping: count)
        let isOld = { (entry: Entry) in
            entry.record.epochMilliseconds < earliest || entry.cursor.number <= lowest
        }
        forget(entries.filter(isOld).map(\.record.session))
        return before - entries.count
    }

    package func facts() throws(StoreError) -> NodeFacts {
        try checkOpen()
        return knownFacts
    }

    package func raise(_ facts: NodeFacts) throws(StoreError) {
        try checkOpen()
        knownFacts = knownFacts.raised(by: facts)
    }

    package func keep(_ key: KeyRecord) throws(StoreError) {
        try checkOpen()
        guard !knownKeys.contains(where: { $0.id == key.id || $0.digest == key.digest }) else {
            throw StoreError(.failed, "The key is kept already.")
        }
        knownKeys.append(key)
    }

    package func keys() throws(StoreError) -> [KeyRecord] {
        try checkOpen()
        return knownKeys.sorted { ($0.createdAt, $0.id.text) < ($1.createdAt, $1.id.text) }
    }

    package func removeKey(_ id: KeyID) throws(StoreError) -> Bool {
        try checkOpen()
        let before = knownKeys.count
        knownKeys.removeAll { $0.id == id }
        return knownKeys.count < before
    }

    package func keep(_ pool: PoolRecord, replacing present: PoolRecord?) throws(StoreError) -> Bool {
        try checkOpen()
        guard knownPools[pool.name] == present else { return false }
        knownPools[pool.name] = pool
        return true
    }

    package func pools() throws(StoreError) -> [PoolRecord] {
        try checkOpen()
        return knownPools.values.sorted { $0.name.text < $1.name.text }
    }

    package func removePool(_ name: PoolName, replacing present: PoolRecord?) throws(StoreError) -> Bool {
        try checkOpen()
        guard knownPools[name] == present else { return false }
        knownPools[name] = nil
        return true
    }

    package func keepMCPKeyRotations(_ count: Int, of pool: PoolName) throws(StoreError) {
        try checkOpen()
        knownRotations[pool] = max(knownRotations[pool] ?? 0, count)
    }

    package func mcpKeyRotations() throws(StoreError) -> [PoolName: Int] {
        try checkOpen()
        return knownRotations
    }

    package func keepDrain(_ drain: NodeDrain) throws(StoreError) {
        try checkOpen()
        knownDrains[drain.worker] = drain
    }

    package func removeDrain(of worker: WorkerID) throws(StoreError) {
        try checkOpen()
        knownDrains[worker] = nil
    }

    package func drains() throws(StoreError) -> [NodeDrain] {
        try checkOpen()
        return knownDrains.values.sorted { $0.worker < $1.worker }
    }
    package nonisolated func changes() -> AsyncStream<StoreArea> { noChanges() }

    package func close() { isClosed = true }

    private func checkOpen() throws(StoreError) {
        if isClosed { throw .closed }
    }

    private func forget(_ ended: [SessionLife]) {
        guard !ended.isEmpty else { return }
        let forgotten = Set(ended)
        sessions.subtract(forgotten)
        entries.removeAll { forgotten.contains($0.record.session) }
    }

    /// The first entry that does not lie before a cursor; new ones mostly lie at the end.
    private func index(of cursor: EndedSessionCursor) -> Int {
        guard let last = entries.last, last.cursor >= cursor else { return entries.count }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].cursor < cursor { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

import Domain

@testable import Store

/// A store that refuses when it is told to.
actor PlayedStore: Store {
    private let kept = MemoryStore()
    private var refusal: StoreError?
    /// How many records each call brought.
    private(set) var batches: [Int] = []
    private(set) var isClosed = false

    func refuse(_ error: StoreError?) { refusal = error }

    private func check() throws(StoreError) {
        if let refusal { throw refusal }
    }

    func keep(_ records: [EndedSessionRecord]) async throws(StoreError) {
        try check()
        batches.append(records.count)
        try await kept.keep(records)
    }

    func records(of key: SessionKey, most: Int) async throws(StoreError) -> [EndedSessionRecord] {
        try check()
        return try await kept.records(of: key, most: most)
    }

    func page(
        from earliest: UInt64,
        before cursor: EndedSessionCursor?,
        most: Int
    ) async throws(StoreError) -> EndedSessionPage {
        try check()
        return try await kept.page(from: earliest, before: cursor, most: most)
    }

    func removeRecords(endedBefore earliest: UInt64, beyondNewest count: Int) async throws(StoreError) -> Int
    {
        try check()
        return try await kept.removeRecords(endedBefore: earliest, beyondNewest: count)
    }

    func facts() async throws(StoreError) -> NodeFacts { try await kept.facts() }

    func raise(_ facts: NodeFacts) async throws(StoreError) {
        try check()
        try await kept.raise(facts)
    }

    func keep(_ key: KeyRecord) async throws(StoreError) {
        try check()
        try await kept.keep(key)
    }

    func keys() async throws(StoreError) -> [KeyRecord] { try await kept.keys() }

    func keep(_ pool: PoolRecord, replacing present: PoolRecord?) throws(StoreError) -> Bool { true }

    func keepMCPKeyRotations(_ count: Int, of pool: PoolName) throws(StoreError) {}

    func keepDrain(_ drain: NodeDrain) throws(StoreError) {}

    func removeDrain(of worker: WorkerID) throws(StoreError) {}

    func drains() throws(StoreError) -> [NodeDrain] { [] }

    func mcpKeyRotations() throws(StoreError) -> [PoolName: Int] { [:] }

    func pools() throws(StoreError) -> [PoolRecord] { [] }

    func removePool(_ name: PoolName, replacing present: PoolRecord?) throws(StoreError) -> Bool { true }

    nonisolated func changes() -> AsyncStream<StoreArea> { kept.changes() }

    func removeKey(_ id: KeyID) async throws(StoreError) -> Bool {
        try check()
        return try await kept.removeKey(id)
    }

    func close() { isClosed = true }
}

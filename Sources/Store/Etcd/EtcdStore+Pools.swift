package import Domain
internal import Etcd

/// Pools in etcd.
extension EtcdStore {
    package func keep(_ pool: PoolRecord, replacing present: PoolRecord?) async throws(StoreError) -> Bool {
        try await replace(present, by: pool, as: pool.name)
    }

    package func pools() async throws(StoreError) -> [PoolRecord] {
        var pools: [PoolRecord] = []
        for entry in try await read(.prefix(places.pools)) { pools.append(try pool(in: entry)) }
        return pools.sorted { $0.name.text < $1.name.text }
    }

    package func removePool(
        _ name: PoolName,
        replacing present: PoolRecord?
    ) async throws(StoreError) -> Bool {
        try await replace(present, by: nil, as: name)
    }

    /// Writes or removes what is kept under a name, if it is what is expected.
    private func replace(
        _ present: PoolRecord?,
        by pool: PoolRecord?,
        as name: PoolName
    ) async throws(StoreError) -> Bool {
        let place = places.pool(name)
        var (isReplaced, isUntold) = (false, false)
        try await repeated { () async throws(StoreError) in
            let entry = try await read(.key(place)).first
            let kept = try entry.map { entry throws(StoreError) in try self.pool(in: entry) }
            // It may have been done by the attempt whose outcome was not told.
            isReplaced = isUntold && kept == pool
            guard !isReplaced, kept == present else { return true }
            let transaction = EtcdTransaction(
                if: [EtcdPlaces.condition(place, entry?.modifyRevision)],
                then: [pool.map { .put(place, StoredPool($0).bytes) } ?? .remove(.key(place))]
            )
            guard let outcome = try await transact(transaction) else {
                isUntold = true
                return false
            }
            isReplaced = outcome.held
            return outcome.held
        }
        return isReplaced
    }

    private func pool(in entry: EtcdEntry) throws(StoreError) -> PoolRecord {
        let stored = try StoredPool.read(entry)
        do throws(Failure) { return try stored.pool } catch {
            throw StoreError(.damaged, "The pool in \(entry.key) cannot be read: \(error.message)")
        }
    }
}

package import Domain
internal import Etcd

/// API keys in etcd.
extension EtcdStore {
    package func keep(_ key: KeyRecord) async throws(StoreError) {
        let place = places.apiKey(key.id)
        let digest = places.digest(key.digest)
        let bytes = StoredKey(key).bytes
        var isFirst = true
        try await repeated { () async throws(StoreError) in
            let outcome = try await transact(
                EtcdTransaction(
                    if: [.isAbsent(place), .isAbsent(digest)],
                    then: [.put(place, bytes), .put(digest, Array(key.id.text.utf8))],
                    otherwise: [.read(.key(place))]
                )
            )
            defer { isFirst = false }
            guard let outcome else { return false }
            if outcome.held { return true }
            // It is there: from the attempt whose outcome was not told, or from another.
            if !isFirst, outcome.results.first?.entries.first?.value == bytes { return true }
            throw StoreError(.failed, "The key is kept already.")
        }
    }

    package func keys() async throws(StoreError) -> [KeyRecord] {
        var keys: [KeyRecord] = []
        for entry in try await read(.prefix(places.apiKeys)) {
            guard let key = try? StoredKey.read(entry).key else { continue }
            keys.append(key)
        }
        return keys.sorted { ($0.createdAt, $0.id.text) < ($1.createdAt, $1.id.text) }
    }

    package func removeKey(_ id: KeyID) async throws(StoreError) -> Bool {
        let place = places.apiKey(id)
        guard let entry = try await read(.key(place)).first else { return false }
        var operations: [EtcdTransaction.Operation] = [.remove(.key(place))]
        if let key = try? StoredKey.read(entry).key {
            operations.append(.remove(.key(places.digest(key.digest))))
        }
        try await repeated { () async throws(StoreError) in
            try await transact(EtcdTransaction(then: operations)) != nil
        }
        return true
    }
}

/// Pools in etcd.
extension EtcdStore {
    package func keep(_ pool: PoolRecord) async throws(StoreError) {
        let put = EtcdTransaction(then: [.put(places.pool(pool.name), StoredPool(pool).bytes)])
        try await repeated { () async throws(StoreError) in try await transact(put) != nil }
    }

    package func pools() async throws(StoreError) -> [PoolRecord] {
        var pools: [PoolRecord] = []
        for entry in try await read(.prefix(places.pools)) {
            let stored = try StoredPool.read(entry)
            do throws(Failure) { pools.append(try stored.pool) } catch {
                throw StoreError(.damaged, "The pool in \(entry.key) cannot be read: \(error.message)")
            }
        }
        return pools.sorted { $0.name.text < $1.name.text }
    }

    package func removePool(_ name: PoolName) async throws(StoreError) {
        let removal = EtcdTransaction(then: [.remove(.key(places.pool(name)))])
        try await repeated { () async throws(StoreError) in try await transact(removal) != nil }
    }
}

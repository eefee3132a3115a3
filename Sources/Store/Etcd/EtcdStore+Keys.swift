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

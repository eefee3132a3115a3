package import Domain
internal import Etcd

/// Rotations of MCP keys in etcd.
extension EtcdStore {
    package func keepMCPKeyRotations(_ count: Int, of pool: PoolName) async throws(StoreError) {
        let place = places.mcpKey(pool)
        let bytes = StoredRotations(pool: pool.text, count: count).bytes
        try await repeated { () async throws(StoreError) in
            let entry = try await read(.key(place)).first
            if let entry, try StoredRotations.read(entry).count >= count { return true }
            let condition = EtcdPlaces.condition(place, entry?.modifyRevision)
            return try await transact(EtcdTransaction(if: [condition], then: [.put(place, bytes)]))?.held
                ?? false
        }
    }

    package func mcpKeyRotations() async throws(StoreError) -> [PoolName: Int] {
        var rotations: [PoolName: Int] = [:]
        for entry in try await read(.prefix(places.mcpKeys)) {
            let stored = try StoredRotations.read(entry)
            // A name that this version cannot read is that of no pool here.
            guard let pool = try? PoolName(stored.pool) else { continue }
            rotations[pool] = stored.count
        }
        return rotations
    }
}

package import Domain
internal import GRDB

/// Rotations of MCP keys in the file of the store.
extension SQLiteStore {
    package func keepMCPKeyRotations(_ count: Int, of pool: PoolName) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO mcpKey (pool, rotations) VALUES (?, ?)
                    ON CONFLICT (pool) DO UPDATE SET rotations = max(rotations, excluded.rotations)
                    """,
                arguments: [pool.text, count]
            )
        }
    }

    package func mcpKeyRotations() async throws(StoreError) -> [PoolName: Int] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT pool, rotations FROM mcpKey").reduce(into: [:]) { found, row in
                found[try PoolName(row.decode(atIndex: 0))] = try row.decode(Int.self, atIndex: 1)
            }
        }
    }
}

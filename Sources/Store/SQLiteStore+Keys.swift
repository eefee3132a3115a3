package import Domain
internal import FoundationEssentials
internal import GRDB

/// API keys in the file of the store.
extension SQLiteStore {
    package func keep(_ key: KeyRecord) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "INSERT INTO apiKey (\(KeyRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: key.arguments
            )
        }
    }

    package func keys() async throws(StoreError) -> [KeyRecord] {
        let found = try await read { db in
            try Row.fetchAll(db, sql: "SELECT \(KeyRecord.columns) FROM apiKey ORDER BY createdAt, id")
                .map { try? KeyRecord($0) }
        }
        noteUnreadableKeys(found.count { $0 == nil })
        return found.compactMap { $0 }
    }

    package func removeKey(_ id: KeyID) async throws(StoreError) -> Bool {
        try await write { db in
            try db.execute(sql: "DELETE FROM apiKey WHERE id = ?", arguments: [id.text])
            return db.changesCount > 0
        }
    }
}

/// Rows.
extension KeyRecord {
    /// The columns in the order in which they are written and read.
    fileprivate static let columns =
        "id, name, digest, roles, pools, createdAt, expiresAt, requestsPerMinute, burst"

    fileprivate var arguments: StatementArguments {
        let pools: String? =
            switch grant.pools {
            case .all: nil
            case .only(let names): names.map(\.text).sorted().joined(separator: ",")
            }
        return [
            id.text, name, Data(digest), grant.roles.map(\.name).sorted().joined(separator: ","), pools,
            Int64(clamping: createdAt), expiresAt.map { Int64(clamping: $0) }, rate?.perMinute, rate?.burst,
        ]
    }

    /// Reads a row; it throws when a value in it is none for this version.
    fileprivate init(_ row: Row) throws {
        let pools: String? = try row.decode(atIndex: 4)
        let scope = try pools.map { names in
            PoolScope.only(Set(try names.split(separator: ",").map { try PoolName(String($0)) }))
        }
        let roles = try row.decode(String.self, atIndex: 3).split(separator: ",")
        let expiresAt: Int64? = try row.decode(atIndex: 6)
        let perMinute: Int? = try row.decode(atIndex: 7)
        self.init(
            id: try KeyID(row.decode(atIndex: 0)),
            name: try row.decode(atIndex: 1),
            digest: [UInt8](try row.decode(Data.self, atIndex: 2)),
            grant: AccessGrant(roles: Set(roles.compactMap { Role.named(String($0)) }), pools: scope ?? .all),
            createdAt: UInt64(clamping: try row.decode(Int64.self, atIndex: 5)),
            expiresAt: expiresAt.map { UInt64(clamping: $0) },
            rate: try perMinute.map { try RequestRate(perMinute: $0, burst: row.decode(atIndex: 8)) }
        )
    }
}

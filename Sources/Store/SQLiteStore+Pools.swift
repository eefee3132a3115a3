package import Domain
internal import FoundationEssentials
internal import GRDB

/// Pools of the control plane in the file of the store.
extension SQLiteStore {
    package func keep(_ pool: PoolRecord, replacing present: PoolRecord?) async throws(StoreError) -> Bool {
        try await write { db in
            guard try Self.isKept(present, as: pool.name, in: db) else { return false }
            try db.execute(
                sql: "INSERT OR REPLACE INTO sessionPool (\(PoolRecord.columns)) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    pool.name.text, pool.subscription, pool.resourceGroup, Data(pool.document),
                    Int64(clamping: pool.createdMilliseconds), Int64(clamping: pool.changedMilliseconds),
                ]
            )
            return true
        }
    }

    package func pools() async throws(StoreError) -> [PoolRecord] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT \(PoolRecord.columns) FROM sessionPool ORDER BY name")
                .map { try PoolRecord($0) }
        }
    }

    package func removePool(
        _ name: PoolName,
        replacing present: PoolRecord?
    ) async throws(StoreError) -> Bool {
        try await write { db in
            guard try Self.isKept(present, as: name, in: db) else { return false }
            try db.execute(sql: "DELETE FROM sessionPool WHERE name = ?", arguments: [name.text])
            return true
        }
    }

    /// Whether just this is kept under a name.
    private static func isKept(
        _ present: PoolRecord?,
        as name: PoolName,
        in db: Database
    ) throws -> Bool {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT \(PoolRecord.columns) FROM sessionPool WHERE name = ?",
            arguments: [name.text]
        )
        return try row.map { try PoolRecord($0) } == present
    }
}

/// Rows.
extension PoolRecord {
    /// The columns in the order in which they are written and read.
    fileprivate static let columns =
        "name, subscription, resourceGroup, document, createdMilliseconds, changedMilliseconds"

    /// Reads a row; it throws when a value in it is none for this version.
    fileprivate init(_ row: Row) throws {
        self.init(
            name: try PoolName(row.decode(atIndex: 0)),
            subscription: try row.decode(atIndex: 1),
            resourceGroup: try row.decode(atIndex: 2),
            document: [UInt8](try row.decode(Data.self, atIndex: 3)),
            createdMilliseconds: UInt64(clamping: try row.decode(Int64.self, atIndex: 4)),
            changedMilliseconds: UInt64(clamping: try row.decode(Int64.self, atIndex: 5))
        )
    }
}

package import Domain
internal import FoundationEssentials
internal import GRDB

/// Tokens for joining in the file of the store.
extension SQLiteStore {
    package func keep(_ token: JoinTokenRecord) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "DELETE FROM joinToken WHERE expiresAt <= ?",
                arguments: [Int64(clamping: token.createdAt)]
            )
            try db.execute(
                sql: "INSERT INTO joinToken (\(JoinTokenRecord.columns)) VALUES (?, ?, ?, ?, ?)",
                arguments: token.arguments
            )
        }
    }

    package func joinTokens() async throws(StoreError) -> [JoinTokenRecord] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT \(JoinTokenRecord.columns) FROM joinToken ORDER BY createdAt, id"
            )
            .compactMap { try? JoinTokenRecord($0) }
        }
    }

    package func takeJoinToken(
        _ id: String,
        digest: [UInt8],
        at now: UInt64
    ) async throws(StoreError) -> JoinTokenRecord? {
        try await write { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    DELETE FROM joinToken WHERE id = ? AND digest = ? AND expiresAt > ?
                    RETURNING \(JoinTokenRecord.columns)
                    """,
                arguments: [id, Data(digest), Int64(clamping: now)]
            )
            return try row.map { try JoinTokenRecord($0) }
        }
    }

    package func removeJoinToken(_ id: String) async throws(StoreError) -> Bool {
        try await write { db in
            try db.execute(sql: "DELETE FROM joinToken WHERE id = ?", arguments: [id])
            return db.changesCount > 0
        }
    }
}

extension StoreSchema {
    /// Migration 5.
    static func registerJoinTokens(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("5: tokens for joining") { db in
            // Of the token only its SHA-256 is kept.
            try db.execute(
                sql: """
                    CREATE TABLE joinToken (
                        id TEXT PRIMARY KEY NOT NULL,
                        digest BLOB NOT NULL,
                        worker TEXT,
                        createdAt INTEGER NOT NULL,
                        expiresAt INTEGER NOT NULL
                    ) STRICT;
                    """
            )
        }
    }
}

/// Rows.
extension JoinTokenRecord {
    /// The columns in the order in which they are written and read.
    fileprivate static let columns = "id, digest, worker, createdAt, expiresAt"

    fileprivate var arguments: StatementArguments {
        [id, Data(digest), worker?.text, Int64(clamping: createdAt), Int64(clamping: expiresAt)]
    }

    /// Reads a row; it throws when a value in it is none for this version.
    fileprivate init(_ row: Row) throws {
        let worker: String? = try row.decode(atIndex: 2)
        self.init(
            id: try row.decode(atIndex: 0),
            digest: [UInt8](try row.decode(Data.self, atIndex: 1)),
            worker: try worker.map { try WorkerID($0) },
            createdAt: UInt64(clamping: try row.decode(Int64.self, atIndex: 3)),
            expiresAt: UInt64(clamping: try row.decode(Int64.self, atIndex: 4))
        )
    }
}

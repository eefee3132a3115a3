internal import Domain
internal import GRDB

/// The tables of the store, the way to them from every earlier version, and what a file must be like.
enum StoreSchema {
    /// Marks the file as a store of ours: "Clst".
    static let applicationID: Int32 = 0x436c_7374

    /// The migrations; rule of change: add one at the end, never alter one.
    static var migrator: DatabaseMigrator {
        var migrator = earlierMigrator
        registerDrains(in: &migrator)
        return migrator
    }

    private static var earlierMigrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: ended sessions and node facts") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(
                sql: """
                    CREATE TABLE endedSession (
                        id INTEGER PRIMARY KEY,
                        pool TEXT NOT NULL,
                        identifier TEXT NOT NULL,
                        generation INTEGER NOT NULL,
                        cause TEXT NOT NULL,
                        epochMilliseconds INTEGER NOT NULL,
                        worker TEXT NOT NULL,
                        UNIQUE (pool, identifier, generation)
                    ) STRICT;
                    CREATE INDEX endedSessionByTime ON endedSession (epochMilliseconds);
                    CREATE TABLE nodeFacts (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        greatestGeneration INTEGER NOT NULL,
                        hasServed INTEGER NOT NULL
                    ) STRICT;
                    """
            )
        }
        migrator.registerMigration("2: API keys") { db in
            // Pools: NULL for all. Of the secret only its SHA-256 is kept.
            try db.execute(
                sql: """
                    CREATE TABLE apiKey (
                        id TEXT PRIMARY KEY NOT NULL,
                        name TEXT NOT NULL,
                        digest BLOB NOT NULL UNIQUE,
                        roles TEXT NOT NULL,
                        pools TEXT,
                        createdAt INTEGER NOT NULL,
                        expiresAt INTEGER,
                        requestsPerMinute INTEGER,
                        burst INTEGER
                    ) STRICT;
                    """
            )
        }
        migrator.registerMigration("3: pools of the control plane") { db in
            // The document holds secrets' values: the file is readable by its owner alone.
            try db.execute(
                sql: """
                    CREATE TABLE sessionPool (
                        name TEXT PRIMARY KEY NOT NULL,
                        subscription TEXT NOT NULL,
                        resourceGroup TEXT NOT NULL,
                        document BLOB NOT NULL,
                        createdMilliseconds INTEGER NOT NULL,
                        changedMilliseconds INTEGER NOT NULL
                    ) STRICT;
                    """
            )
        }
        migrator.registerMigration("4: rotations of MCP keys") { db in
            try db.execute(
                sql: """
                    CREATE TABLE mcpKey (
                        pool TEXT PRIMARY KEY NOT NULL,
                        rotations INTEGER NOT NULL
                    ) STRICT;
                    """
            )
        }
        return migrator
    }

    private static func registerDrains(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("6: workers that are drained") { db in
            try db.execute(
                sql: """
                    CREATE TABLE nodeDrain (
                        worker TEXT PRIMARY KEY NOT NULL,
                        sinceMilliseconds INTEGER NOT NULL,
                        deadlineMilliseconds INTEGER
                    ) STRICT;
                    """
            )
        }
    }

    /// Whether a file is one that this version can use, found out without changing it.
    static func check(_ db: Database, file: StoreFile) throws {
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            // A store whose making was interrupted has at most the empty table of migrations.
            let tables = try Int.fetchOne(
                db,
                sql: "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'"
            )
            guard tables == 0 else { throw file.foreign }
            return
        }
        guard try !migrator.hasBeenSuperseded(db) else { throw file.newer }
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard verdict == "ok" else { throw file.damaged(verdict) }
    }
}

/// Rows; their subscripts would end the process when a damaged file holds a value of another type.
extension EndedSessionRecord {
    /// The columns in the order in which they are written and read.
    static let columns = "pool, identifier, generation, cause, epochMilliseconds, worker"

    /// The values of the columns; a generation is kept bit by bit, as its whole range may come.
    var arguments: StatementArguments {
        [
            session.key.pool.text, session.key.identifier.text,
            Int64(bitPattern: session.generation.number), causeName,
            Int64(clamping: epochMilliseconds), worker.text,
        ]
    }

    /// Reads a row; it throws when a value in it is none for this version.
    init(_ row: Row) throws {
        self.init(
            session: SessionLife(
                key: SessionKey(
                    pool: try PoolName(row.decode(atIndex: 0)),
                    identifier: try SessionIdentifier(row.decode(atIndex: 1))
                ),
                generation: SessionGeneration(UInt64(bitPattern: try row.decode(atIndex: 2)))
            ),
            causeName: try row.decode(atIndex: 3),
            epochMilliseconds: UInt64(clamping: try row.decode(Int64.self, atIndex: 4)),
            worker: try WorkerID(row.decode(atIndex: 5))
        )
    }
}

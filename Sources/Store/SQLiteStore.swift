internal import Dispatch
package import Domain
internal import GRDB
package import Logging

/// A store in one SQLite file, which needs nothing installed.
///
/// A committed call outlives the process however it ends; a power cut may take the last ones
/// (`synchronous = NORMAL`), but never a part of one. Nothing waits on the threads of Swift's tasks.
package actor SQLiteStore: Store {
    /// How many records one transaction removes; writers wait no longer than that takes.
    private static let removedAtOnce = 2_000

    private let file: StoreFile
    private let pool: DatabasePool
    private let logger: Logger
    private var isClosed = false

    private init(file: StoreFile, pool: DatabasePool, logger: Logger) {
        self.file = file
        self.pool = pool
        self.logger = logger
    }

    /// Opens a store, making it when there is none; one process may have a file open once.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - busyTime: how long a call waits for another process that holds the file.
    ///   - logger: where it logs.
    /// - Returns: the store.
    /// - Throws: why the file is refused, and what to do; a refused file is not changed.
    package static func open(
        at path: String,
        busyTime: Duration = .seconds(2),
        logger: Logger
    ) async throws(StoreError) -> SQLiteStore {
        let file = StoreFile(path: path)
        let opened: Result<DatabasePool, StoreError> = await blocking {
            Result { () throws(StoreError) in try file.open(busyTime: busyTime) }
        }
        return SQLiteStore(file: file, pool: try opened.get(), logger: logger)
    }

    package func keep(_ records: [EndedSessionRecord]) async throws(StoreError) {
        guard !records.isEmpty else { return }
        try await write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO endedSession (\(EndedSessionRecord.columns)) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """
            )
            for record in records { try statement.execute(arguments: record.arguments) }
        }
    }

    package func records(of key: SessionKey, most: Int) async throws(StoreError) -> [EndedSessionRecord] {
        let rows = try await fetch(
            where: "pool = ? AND identifier = ?",
            [key.pool.text, key.identifier.text],
            most: most
        )
        return rows.reversed().compactMap(\.record)
    }

    package func page(
        from earliest: UInt64,
        before cursor: EndedSessionCursor?,
        most: Int
    ) async throws(StoreError) -> EndedSessionPage {
        let size = max(1, min(most, .max - 1))
        var condition = "epochMilliseconds >= ?"
        var arguments: StatementArguments = [Int64(clamping: earliest)]
        if let cursor {
            condition += " AND (epochMilliseconds, id) < (?, ?)"
            arguments += [Int64(clamping: cursor.epochMilliseconds), cursor.number]
        }
        // One more than asked for tells whether there is a next page.
        let rows = try await fetch(where: condition, arguments, most: size + 1)
        let shown = rows.prefix(size)
        return EndedSessionPage(
            records: shown.compactMap(\.record),
            next: rows.count > size ? shown.last?.cursor : nil
        )
    }

    package func removeRecords(
        endedBefore earliest: UInt64,
        beyondNewest count: Int
    ) async throws(StoreError) -> Int {
        let time = Int64(clamping: earliest)
        let byAge = try await remove(where: "epochMilliseconds < ?", [time])
        let byNumber = try await remove(
            where: "id <= (SELECT max(id) FROM endedSession) - ?",
            [Int64(clamping: max(0, count))]
        )
        return byAge + byNumber
    }

    package func facts() async throws(StoreError) -> NodeFacts {
        try await read { db in
            let row = try Row.fetchOne(db, sql: "SELECT greatestGeneration, hasServed FROM nodeFacts")
            guard let row else { return NodeFacts() }
            return NodeFacts(
                greatestGeneration: SessionGeneration(
                    UInt64(clamping: try row.decode(Int64.self, atIndex: 0))
                ),
                hasServed: try row.decode(Bool.self, atIndex: 1)
            )
        }
    }

    package func raise(_ facts: NodeFacts) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO nodeFacts (id, greatestGeneration, hasServed) VALUES (1, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET
                        greatestGeneration = max(greatestGeneration, excluded.greatestGeneration),
                        hasServed = max(hasServed, excluded.hasServed)
                    """,
                arguments: [Int64(clamping: facts.greatestGeneration.number), facts.hasServed]
            )
        }
    }

    package nonisolated func changes() -> AsyncStream<StoreArea> { noChanges() }

    package func close() async {
        guard !isClosed else { return }
        isClosed = true
        let pool = pool
        let failure: (any Error)? = await Self.blocking {
            do { try pool.close() } catch { return error }
            return nil
        }
        guard let failure else { return }
        logger.warning("the store was not closed", metadata: ["reason": "\(file.explain(failure))"])
    }
}

/// Statements.
extension SQLiteStore {
    private struct FoundRow: Sendable {
        let cursor: EndedSessionCursor
        /// Nil when this version cannot read it.
        let record: EndedSessionRecord?
    }

    /// Rows, newest first.
    private func fetch(
        where condition: String,
        _ arguments: StatementArguments,
        most: Int
    ) async throws(StoreError) -> [FoundRow] {
        let rows = try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(EndedSessionRecord.columns), id FROM endedSession WHERE \(condition)
                    ORDER BY epochMilliseconds DESC, id DESC LIMIT ?
                    """
            )
            return try Row.fetchAll(statement, arguments: arguments + [Int64(max(0, most))]).map { row in
                FoundRow(
                    cursor: EndedSessionCursor(
                        epochMilliseconds: UInt64(clamping: try row.decode(Int64.self, atIndex: 4)),
                        number: try row.decode(Int64.self, atIndex: 6)
                    ),
                    record: try? EndedSessionRecord(row)
                )
            }
        }
        let unreadable = rows.count { $0.record == nil }
        if unreadable > 0 {
            logger.warning("records of ended sessions cannot be read", metadata: ["count": "\(unreadable)"])
        }
        return rows
    }

    private func remove(
        where condition: String,
        _ arguments: StatementArguments
    ) async throws(StoreError) -> Int {
        var removed = 0
        var last: Int
        repeat {
            last = try await write { db in
                try db.execute(
                    sql: """
                        DELETE FROM endedSession WHERE id IN (
                            SELECT id FROM endedSession WHERE \(condition) LIMIT ?)
                        """,
                    arguments: arguments + [Self.removedAtOnce]
                )
                return db.changesCount
            }
            removed += last
        } while last == Self.removedAtOnce
        return removed
    }

    /// Runs a reading transaction.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        guard !isClosed else { throw .closed }
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncRead { database in
                continuation.resume(returning: Result { try body(try database.get()) })
            }
        }
        return try value(of: result)
    }

    /// Runs a writing transaction.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        guard !isClosed else { throw .closed }
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncWrite(body) { _, result in continuation.resume(returning: result) }
        }
        return try value(of: result)
    }

    /// Says that keys give no rights because they cannot be read.
    func noteUnreadableKeys(_ count: Int) {
        guard count > 0 else { return }
        logger.warning("API keys cannot be read and are not taken", metadata: ["count": "\(count)"])
    }

    private func value<Value>(of result: Result<Value, any Error>) throws(StoreError) -> Value {
        switch result {
        case .success(let value): return value
        case .failure(let error): throw file.explain(error)
        }
    }

    /// Does what blocks on a thread of its own.
    private static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }
}

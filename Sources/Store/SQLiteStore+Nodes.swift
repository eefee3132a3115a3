package import Domain
internal import GRDB

/// Workers that are drained, in the file of the store.
extension SQLiteStore {
    package func keepDrain(_ drain: NodeDrain) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO nodeDrain (worker, sinceMilliseconds, deadlineMilliseconds)
                    VALUES (?, ?, ?)
                    """,
                arguments: [
                    drain.worker.text, Int64(clamping: drain.sinceMilliseconds),
                    drain.deadlineMilliseconds.map { Int64(clamping: $0) },
                ]
            )
        }
    }

    package func removeDrain(of worker: WorkerID) async throws(StoreError) {
        try await write { db in
            try db.execute(sql: "DELETE FROM nodeDrain WHERE worker = ?", arguments: [worker.text])
        }
    }

    package func drains() async throws(StoreError) -> [NodeDrain] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT worker, sinceMilliseconds, deadlineMilliseconds FROM nodeDrain ORDER BY worker"
            ).map { row in
                NodeDrain(
                    worker: try WorkerID(row.decode(atIndex: 0)),
                    sinceMilliseconds: UInt64(clamping: try row.decode(Int64.self, atIndex: 1)),
                    deadlineMilliseconds: try row.decode(Int64?.self, atIndex: 2).map { UInt64(clamping: $0) }
                )
            }
        }
    }
}

import Domain

@testable import Store

/// Names and records for tests.
enum Sample {
    static func key(_ identifier: String, pool: String = "python") throws -> SessionKey {
        SessionKey(pool: try PoolName(pool), identifier: try SessionIdentifier(identifier))
    }

    static func record(
        _ identifier: String,
        pool: String = "python",
        generation: UInt64 = 1,
        cause: EndCause = .cooldown,
        at time: UInt64 = 1_000,
        worker: String = "worker-1"
    ) throws -> EndedSessionRecord {
        EndedSessionRecord(
            session: SessionLife(
                key: try key(identifier, pool: pool),
                generation: SessionGeneration(generation)
            ),
            cause: cause,
            epochMilliseconds: time,
            worker: try WorkerID(worker)
        )
    }

    /// Records of different sessions, one a millisecond.
    static func records(_ numbers: Range<Int>) throws -> [EndedSessionRecord] {
        try numbers.map { number in
            try record("session-\(number)", generation: UInt64(number), at: UInt64(1_000 + number))
        }
    }
}

extension Store {
    /// Everything, newest first, page by page.
    func everything(from earliest: UInt64 = 0, pageSize: Int = 1_000) async throws -> [EndedSessionRecord] {
        var all: [EndedSessionRecord] = []
        var cursor: EndedSessionCursor?
        repeat {
            let page = try await page(from: earliest, before: cursor, most: pageSize)
            all += page.records
            cursor = page.next
        } while cursor != nil
        return all
    }
}

import Domain
import Testing

@testable import Store

/// Tokens for joining, in every store.
@Suite("Tokens for joining", .timeLimit(.minutes(1)))
struct JoinTokenTests {
    private func token(
        _ id: String = "0123abcd",
        digest: UInt8 = 7,
        worker: String? = nil,
        from start: UInt64 = 1_000,
        to end: UInt64 = 5_000
    ) throws -> JoinTokenRecord {
        JoinTokenRecord(
            id: id,
            digest: [UInt8](repeating: digest, count: 32),
            worker: try worker.map { try WorkerID($0) },
            createdAt: start,
            expiresAt: end
        )
    }

    @Test(
        "A token comes back as it was, oldest first, and a name is taken once",
        arguments: StoreKind.allCases
    )
    func kept(kind: StoreKind) async throws {
        try await kind.lend { store in
            let tokens = [try token("ffffffff"), try token("00000000", worker: "Worker_1", from: 2_000)]
            for token in tokens.reversed() { try await store.keep(token) }
            #expect(try await store.joinTokens() == tokens)
            await #expect(throws: StoreError.self) { try await store.keep(tokens[0]) }
            #expect(try await store.removeJoinToken("ffffffff"))
            #expect(try await !store.removeJoinToken("ffffffff"))
            #expect(try await !store.removeJoinToken("../x"))
            #expect(try await store.joinTokens() == [tokens[1]])
        }
    }

    @Test("It is taken once, by who has its digest, while it holds", arguments: StoreKind.allCases)
    func taken(kind: StoreKind) async throws {
        try await kind.lend { store in
            let kept = try token()
            try await store.keep(kept)
            let wrong = [UInt8](repeating: 8, count: 32)
            #expect(try await store.takeJoinToken(kept.id, digest: wrong, at: 2_000) == nil)
            #expect(try await store.takeJoinToken("99999999", digest: kept.digest, at: 2_000) == nil)
            #expect(try await store.takeJoinToken(kept.id, digest: kept.digest, at: 5_000) == nil)
            #expect(try await store.takeJoinToken(kept.id, digest: kept.digest, at: 4_999) == kept)
            #expect(try await store.takeJoinToken(kept.id, digest: kept.digest, at: 4_999) == nil)
            #expect(try await store.joinTokens().isEmpty)
        }
    }

    @Test("Of many that want a token at once, one gets it", arguments: StoreKind.allCases)
    func race(kind: StoreKind) async throws {
        try await kind.lend { store in
            for round in 0..<5 {
                let kept = try token("0000000\(round)")
                try await store.keep(kept)
                let winners = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            do {
                                return try await store.takeJoinToken(kept.id, digest: kept.digest, at: 2_000)
                                    == kept
                            } catch {
                                Issue.record(error)
                                return false
                            }
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(winners == 1)
            }
        }
    }

    @Test("What has expired is forgotten when the next one is made", arguments: StoreKind.allCases)
    func forgotten(kind: StoreKind) async throws {
        try await kind.lend { store in
            try await store.keep(try token("00000001", to: 2_000))
            try await store.keep(try token("00000002", to: 2_001))
            let last = try token("00000003", from: 2_000)
            try await store.keep(last)
            #expect(try await store.joinTokens().map(\.id) == ["00000002", "00000003"])
        }
    }
}

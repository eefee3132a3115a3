import Domain
import GRDB
import Testing

@testable import Store

/// API keys, in every kind of store and over restarts.
@Suite("The keys of a store", .timeLimit(.minutes(1)))
struct KeyTests {
    private let folder = TemporaryFolder()

    private func record(
        _ number: Int,
        roles: Set<Role> = [.executor],
        pools: PoolScope = .all,
        expiresAt: UInt64? = nil,
        rate: RequestRate? = nil
    ) throws -> KeyRecord {
        KeyRecord(
            id: try KeyID("key-\(number)"),
            name: "Schlüssel \"\(number)\" 🗝",
            digest: [UInt8](repeating: UInt8(number), count: 32),
            grant: AccessGrant(roles: roles, pools: pools),
            createdAt: UInt64(1_000 - number),
            expiresAt: expiresAt,
            rate: rate
        )
    }

    @Test("Keys come back as they were, oldest first", arguments: StoreKind.allCases)
    func kept(kind: StoreKind) async throws {
        let pools = PoolScope.only([try PoolName("python"), try PoolName("node")])
        let records = [
            try record(1), try record(2, roles: [.executor, .operator], pools: pools, expiresAt: .max / 4),
            try record(3, roles: [], pools: .only([]), rate: RequestRate(perMinute: 6, burst: 7)),
        ]
        try await kind.lend { store in
            #expect(try await store.keys().isEmpty)
            for record in records { try await store.keep(record) }
            #expect(try await store.keys() == records.reversed())
        }
    }

    @Test("A name or a secret that is kept already is refused", arguments: StoreKind.allCases)
    func twice(kind: StoreKind) async throws {
        try await kind.lend { store in
            let same = try record(1)
            try await store.keep(same)
            let other = KeyRecord(
                id: try KeyID("other"),
                name: "n",
                digest: same.digest,
                grant: same.grant,
                createdAt: 1
            )
            for record in [same, other] {
                let error = await #expect(throws: StoreError.self) { try await store.keep(record) }
                #expect(error?.code == .failed)
            }
            #expect(try await store.keys() == [same])
        }
    }

    @Test("A removed key is gone", arguments: StoreKind.allCases)
    func removed(kind: StoreKind) async throws {
        try await kind.lend { store in
            try await store.keep(try record(1))
            try await store.keep(try record(2))
            #expect(try await store.removeKey(try KeyID("key-1")))
            #expect(try await !store.removeKey(try KeyID("key-1")))
            #expect(try await store.keys().map(\.id.text) == ["key-2"])
            await store.close()
            await #expect(throws: StoreError.self) { try await store.keys() }
        }
    }

    @Test("A removed key stays gone after a restart")
    func restart() async throws {
        let store = try await folder.open()
        for number in 1...2 { try await store.keep(try record(number)) }
        #expect(try await store.removeKey(try KeyID("key-1")))
        await store.close()
        #expect(try await folder.open().keys().map(\.id.text) == ["key-2"])
    }

    @Test("A key that cannot be read gives no right, and the others stay")
    func unreadable() async throws {
        let store = try await folder.open()
        for number in 1...4 {
            try await store.keep(try record(number, pools: .only([try PoolName("python")])))
        }
        await store.close()
        let queue = try DatabaseQueue(path: folder.storePath)
        try await queue.write { db in
            try db.execute(sql: "UPDATE apiKey SET pools = '../x' WHERE id = 'key-1'")
            try db.execute(sql: "UPDATE apiKey SET requestsPerMinute = -1, burst = 0 WHERE id = 'key-2'")
            try db.execute(sql: "UPDATE apiKey SET roles = 'executor,root' WHERE id = 'key-3'")
        }
        try queue.close()
        let book = LogBook()
        let keys = try await folder.open(logger: book.logger).keys()
        #expect(keys.map(\.id.text) == ["key-4", "key-3"])
        #expect(keys.last?.grant.roles == [.executor])
        #expect(book.count(of: "API keys cannot be read") == 1)
    }

    @Test(
        "How often an MCP key was rotated is kept by pool, and the number never falls",
        arguments: StoreKind.allCases
    )
    func rotations(kind: StoreKind) async throws {
        let (python, orders) = (try PoolName("python"), try PoolName("orders"))
        try await kind.lend { store in
            #expect(try await store.mcpKeyRotations().isEmpty)
            try await store.keepMCPKeyRotations(1, of: python)
            try await store.keepMCPKeyRotations(7, of: orders)
            try await store.keepMCPKeyRotations(2, of: python)
            try await store.keepMCPKeyRotations(1, of: python)
            #expect(try await store.mcpKeyRotations() == [python: 2, orders: 7])
            await store.close()
            await #expect(throws: StoreError.self) { try await store.mcpKeyRotations() }
            await #expect(throws: StoreError.self) { try await store.keepMCPKeyRotations(3, of: python) }
        }
    }

    @Test("Rotations of MCP keys outlive a restart")
    func rotationsKept() async throws {
        let store = try await folder.open()
        try await store.keepMCPKeyRotations(2, of: try PoolName("python"))
        await store.close()
        #expect(try await folder.open().mcpKeyRotations() == [try PoolName("python"): 2])
    }

    @Test("A store of the version before gets the table of keys and keeps its records")
    func migration() async throws {
        let queue = try DatabaseQueue(path: folder.storePath)
        try StoreSchema.migrator.migrate(queue, upTo: "1: ended sessions and node facts")
        try queue.close()
        let first = try await folder.open()
        try await first.keep([try Sample.record("alpha")])
        try await first.keep(try record(1))
        #expect(try await first.everything().count == 1)
        #expect(try await first.keys().count == 1)
    }
}

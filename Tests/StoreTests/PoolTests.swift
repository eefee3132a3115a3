import Domain
import Testing

@testable import Store

/// Pools of the control plane, in every kind of store and over restarts.
@Suite("The pools of a store", .timeLimit(.minutes(1)))
struct PoolTests {
    private let folder = TemporaryFolder()

    private func record(_ name: String, document: String = "{}", changed: UInt64 = 2) throws -> PoolRecord {
        PoolRecord(
            name: try PoolName(name),
            subscription: "Abonnement 1",
            resourceGroup: "Gruppe/ü",
            document: Array(document.utf8),
            createdMilliseconds: 1,
            changedMilliseconds: changed
        )
    }

    private func stores() async throws -> [any Store] { [MemoryStore(), try await folder.open()] }

    @Test("Pools come back as they were, by name; the newest of a name counts; a removed one is gone")
    func kept() async throws {
        for store in try await stores() {
            let former = try record("beta", document: #"{"location":"w"}"#)
            let latter = try record("beta", document: #"{"location":"ö"}"#, changed: .max / 4)
            try await store.keep(former)
            try await store.keep(try record("alpha"))
            try await store.keep(latter)
            #expect(try await store.pools() == [record("alpha"), latter])
            try await store.removePool(try PoolName("alpha"))
            try await store.removePool(try PoolName("never"))
            #expect(try await store.pools() == [latter])
        }
    }

    @Test("Pools are there after a restart")
    func restart() async throws {
        let pool = try record("gamma")
        let store = try await folder.open()
        try await store.keep(pool)
        await store.close()
        #expect(try await folder.open().pools() == [pool])
    }
}

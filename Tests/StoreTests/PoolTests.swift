import Dispatch
import Domain
import Glibc
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

    @Test(
        "Pools come back as they were, by name; the newest of a name counts; a removed one is gone",
        arguments: StoreKind.allCases
    )
    func kept(kind: StoreKind) async throws {
        try await kind.lend { store in
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

    /// What is kept after so many changes: in turn a pool is made, replaced and removed.
    private static func kept(after changes: Int) throws -> [PoolRecord] {
        guard !changes.isMultiple(of: 3) else { return [] }
        // Longer than a page of the file, so that half of one could be there.
        let document = Array(repeating: UInt8(truncatingIfNeeded: changes), count: 20_000)
        return [
            PoolRecord(
                name: try PoolName("orders"),
                subscription: "s",
                resourceGroup: "g",
                document: document,
                createdMilliseconds: 1,
                changedMilliseconds: UInt64(changes)
            )
        ]
    }

    @Test("After kill -9 a pool is as before the change or as after it", arguments: [5, 60, 200])
    func killed(after milliseconds: Int) async throws {
        let path: String = folder.storePath
        let confirmations: String = folder.path + "/confirmed"
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [
                path = path as String, confirmations = confirmations as String,
                milliseconds = milliseconds as Int
            ] in
            let confirmed = open(confirmations, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            let store = try await SQLiteStore.open(at: path, logger: LogBook().logger)
            for change in 1..<100_000 {
                if let pool = try Self.kept(after: change).first {
                    try await store.keep(pool)
                } else {
                    try await store.removePool(try PoolName("orders"))
                }
                write(confirmed, [1] as [UInt8], 1)
                guard change == 1 else { continue }
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
                    kill(getpid(), SIGKILL)
                }
            }
        }
        let confirmed = WholeFile.read(confirmations).count
        #expect(confirmed > 0)
        let found = try await folder.open().pools()
        #expect(try [Self.kept(after: confirmed), Self.kept(after: confirmed + 1)].contains(found))
    }
}

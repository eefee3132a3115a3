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
            let alpha = try record("alpha")
            #expect(try await store.keep(former, replacing: nil))
            #expect(try await store.keep(alpha, replacing: nil))
            #expect(try await store.keep(latter, replacing: former))
            #expect(try await store.pools() == [alpha, latter])
            #expect(try await store.removePool(alpha.name, replacing: alpha))
            #expect(try await store.removePool(try PoolName("never"), replacing: nil))
            #expect(try await store.pools() == [latter])
        }
    }

    @Test(
        "Of two who change a pool at once one succeeds; the other is told and changes nothing",
        arguments: StoreKind.allCases
    )
    func compared(kind: StoreKind) async throws {
        try await kind.lend { store in
            let first = try record("beta")
            let second = try record("beta", document: "[]")
            #expect(try await !store.keep(second, replacing: first))
            #expect(try await !store.removePool(first.name, replacing: first))
            #expect(try await store.keep(first, replacing: nil))
            #expect(try await !store.keep(second, replacing: nil))
            #expect(try await !store.removePool(first.name, replacing: second))
            #expect(try await store.pools() == [first])
            let records = try (0..<20).map { try record("beta", changed: UInt64(10 + $0)) }
            let winners = try await withThrowingTaskGroup(of: PoolRecord?.self) { group in
                for record in records {
                    group.addTask { try await store.keep(record, replacing: first) ? record : nil }
                }
                return try await group.reduce(into: []) { all, next in all += next.map { [$0] } ?? [] }
            }
            #expect(winners.count == 1)
            #expect(try await store.pools() == winners)
        }
    }

    @Test("Pools are there after a restart")
    func restart() async throws {
        let pool = try record("gamma")
        let store = try await folder.open()
        #expect(try await store.keep(pool, replacing: nil))
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
                let former = try Self.kept(after: change - 1).first
                if let pool = try Self.kept(after: change).first {
                    #expect(try await store.keep(pool, replacing: former))
                } else {
                    #expect(try await store.removePool(try PoolName("orders"), replacing: former))
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

import Domain
import Testing

@testable import Store

/// Workers that are drained, in every kind of store and over restarts.
@Suite("The drains of a store", .timeLimit(.minutes(1)))
struct NodeTests {
    private let folder = TemporaryFolder()

    private func drain(_ name: String, since: UInt64, deadline: UInt64? = nil) throws -> NodeDrain {
        NodeDrain(worker: try WorkerID(name), sinceMilliseconds: since, deadlineMilliseconds: deadline)
    }

    @Test(
        "Wishes come back as they were, the last one for each worker, until removed",
        arguments: StoreKind.allCases
    )
    func kept(kind: StoreKind) async throws {
        try await kind.lend { store in
            #expect(try await store.drains().isEmpty)
            try await store.keepDrain(try drain("w-2", since: 7))
            try await store.keepDrain(try drain("W-2", since: 9, deadline: 1))
            try await store.keepDrain(try drain("w-2", since: 7, deadline: UInt64(Int64.max)))
            #expect(
                try await store.drains() == [
                    try drain("W-2", since: 9, deadline: 1),
                    try drain("w-2", since: 7, deadline: UInt64(Int64.max)),
                ]
            )
            try await store.removeDrain(of: try WorkerID("W-2"))
            try await store.removeDrain(of: try WorkerID("never"))
            #expect(try await store.drains().map(\.worker.text) == ["w-2"])
            await store.close()
            await #expect(throws: StoreError.self) { try await store.drains() }
        }
    }

    @Test("A file keeps them over a restart")
    func restart() async throws {
        let store = try await folder.open()
        try await store.keepDrain(try drain("w-1", since: 5, deadline: 6))
        await store.close()
        #expect(try await folder.open().drains() == [try drain("w-1", since: 5, deadline: 6)])
    }
}

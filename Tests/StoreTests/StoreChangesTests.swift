import Domain
import EtcdServer
import Synchronization
import Testing

@testable import Etcd
@testable import Store

/// What a store tells of other coordinators' changes.
@Suite("Changes in a store", .timeLimit(.minutes(1)))
struct StoreChangesTests {
    /// A reader, and what it was told.
    private final class Reader: Sendable {
        private let told = Mutex<[StoreArea]>([])
        private let ended = Mutex(false)

        var areas: [StoreArea] { told.withLock { $0 } }
        var hasEnded: Bool { ended.withLock { $0 } }

        func read(_ store: any Store) async {
            for await area in store.changes() { told.withLock { $0.append(area) } }
            ended.withLock { $0 = true }
        }
    }

    private func pool(_ name: String) throws -> PoolRecord {
        PoolRecord(
            name: try PoolName(name),
            subscription: "s",
            resourceGroup: "g",
            document: [],
            createdMilliseconds: 1,
            changedMilliseconds: 1
        )
    }

    @Test("Each coordinator is told which area another one changed, also after a crash of etcd")
    func told() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            let (one, two) = (
                EtcdStore(client, cluster: "test"), EtcdStore(client, cluster: "test")
            )
            let reader = Reader()
            let reading = Task { await reader.read(one) }
            #expect(await eventually(within: .seconds(10)) { Set(reader.areas) == Set(StoreArea.allCases) })
            let before = reader.areas.count
            #expect(try await two.keep(try pool("alpha"), replacing: nil))
            #expect(await eventually(within: .seconds(10)) { reader.areas.dropFirst(before) == [.pools] })
            try await two.keepMCPKeyRotations(1, of: try PoolName("alpha"))
            try await two.keep(try Sample.records(0..<3))
            server.stop()
            try await server.start()
            #expect(try await two.removePool(try PoolName("alpha"), replacing: try pool("alpha")))
            let isTold = await eventually(within: .seconds(20)) {
                reader.areas.dropFirst(before) == [.pools, .mcpKeys, .pools]
            }
            #expect(isTold, "\(reader.areas)")
            reading.cancel()
            await reading.value
        }
    }

    @Test("A store of one coordinator says nothing, for as long as it is listened to")
    func silent() async throws {
        let folder = TemporaryFolder()
        let stores: [any Store] = [MemoryStore(), try await folder.open()]
        for store in stores {
            let reader = Reader()
            let reading = Task { await reader.read(store) }
            for number in 0..<20 {
                #expect(try await store.keep(try pool("pool-\(number)"), replacing: nil))
                await Task.yield()
            }
            #expect(!reader.hasEnded)
            #expect(reader.areas.isEmpty)
            reading.cancel()
            await reading.value
            #expect(reader.hasEnded)
            await store.close()
        }
    }
}

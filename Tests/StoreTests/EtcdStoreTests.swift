import Domain
import EtcdServer
import Testing

@testable import Etcd
@testable import Store

/// Several coordinators with one store, and trouble with it.
@Suite("A store in etcd", .timeLimit(.minutes(2)))
struct EtcdStoreTests {
    @Test("Many who keep and remove at once lose nothing, keep nothing twice, and give no number twice")
    func together() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            let store = EtcdStore(client, cluster: "test")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    // Each end is reported by two.
                    let records = try Sample.records(writer / 2 * 100..<writer / 2 * 100 + 100)
                    group.addTask { try await store.keep(records) }
                    group.addTask {
                        let facts = NodeFacts(greatestGeneration: SessionGeneration(UInt64(writer)))
                        try await store.raise(facts)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await Set(store.everything()) == Set(Sample.records(0..<200)))
            #expect(try await store.everything().count == 200)
            let numbers = try await client.read(.prefix(store.places.numbers))
            #expect(numbers.count == 200)
            #expect(try await store.facts().greatestGeneration == SessionGeneration(3))
            #expect(try await store.removeRecords(endedBefore: 0, beyondNewest: 50) == 150)
            #expect(try await store.everything().count == 50)
            let left = try await client.read(.prefix("/cloister/v1/test/ended-by-session/"))
            #expect(left.count == 50)
        }
    }

    @Test("Two clusters in one etcd see nothing of each other")
    func clusters() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            let stores = ["one", "one-more"].map { EtcdStore(client, cluster: $0) }
            try await stores[0].keep(try Sample.records(0..<3))
            try await stores[0].raise(NodeFacts(hasServed: true))
            #expect(try await stores[1].everything().isEmpty)
            #expect(try await stores[1].facts() == NodeFacts())
            _ = try await stores[1].removeRecords(endedBefore: .max, beyondNewest: 0)
            #expect(try await stores[0].everything().count == 3)
        }
    }

    @Test("While etcd is away a store says so, and goes on with what it had when etcd is back")
    func away() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            let store = EtcdStore(client, cluster: "test")
            try await store.keep(try Sample.records(0..<3))
            server.stop()
            let read = await #expect(throws: StoreError.self) { try await store.everything() }
            #expect(read?.code == .busy)
            let write = await #expect(throws: StoreError.self) {
                try await store.keep(try Sample.records(3..<5))
            }
            #expect(write?.code == .busy)
            try await server.start()
            try await store.keep(try Sample.records(3..<5))
            #expect(try await store.everything() == Sample.records(0..<5).reversed())
        }
    }

    @Test(
        "Values that others wrote into the store's places are an error with their place in it, and no crash"
    )
    func foreign() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            let store = EtcdStore(client, cluster: "test")
            let places = [
                "facts", "ended-number", "pool/python", "api-key/k", "ended-by-time/00000000000000000007/7",
            ]
            for place in places {
                let put = EtcdTransaction.Operation.put(
                    "/cloister/v1/test/" + place,
                    Array("{\"last\":null}".utf8)
                )
                _ = try await client.transact(EtcdTransaction(then: [put]))
            }
            for error in [
                await #expect(throws: StoreError.self) { try await store.facts() },
                await #expect(throws: StoreError.self) { try await store.keep(try Sample.records(0..<1)) },
                await #expect(throws: StoreError.self) { try await store.pools() },
                await #expect(throws: StoreError.self) { try await store.everything() },
            ] {
                #expect(error?.code == .damaged)
                #expect(error?.message.contains("/cloister/v1/test/") == true)
            }
            #expect(try await store.keys().isEmpty)
        }
    }
}

import Domain
import Testing
import Transport
import Wire

@testable import Coordinator
@testable import Store

/// Pools that two coordinators change in one store.
@Suite("Pools of two coordinators", .timeLimit(.minutes(1)))
struct PoolKeepersTests {
    /// A coordinator's keeper of pools, and the actor that runs them.
    private struct Side {
        let keeper: PoolKeeper
        let node: CoordinatorNode

        init(_ store: any PoolStore) async throws {
            let service = try await CoordinatorService(
                configuration: CoordinatorConfiguration(
                    address: "inproc://coordinator",
                    pools: [],
                    clusterKey: try ClusterKey(Array(repeating: 7, count: 32)),
                    mayHaveSessions: false
                ),
                post: InMemoryTransport(),
                logger: LogBook().logger
            )
            node = service.node
            keeper = PoolKeeper(
                declaredPools: [],
                store: store,
                node: service.node,
                dispatcher: service.dispatcher,
                logger: LogBook().logger
            )
            try await keeper.load { record throws(Failure) in
                PoolConfiguration(name: record.name, maxConcurrentSessions: record.document.count)
            }
        }

        func keep(_ record: PoolRecord, replacing present: PoolRecord?) async throws(Failure) {
            let pool = PoolConfiguration(name: record.name, maxConcurrentSessions: record.document.count)
            try await keeper.keep(record, as: pool, replacing: present)
        }

        /// How many sessions the pool may have here; nil when there is none.
        func most(of name: PoolName) async -> Int? {
            do throws(Failure) { return try await node.pool(named: name).maxConcurrentSessions } catch {
                return nil
            }
        }
    }

    private func record(_ most: Int) throws -> PoolRecord {
        PoolRecord(
            name: try PoolName("orders"),
            subscription: "s",
            resourceGroup: "g",
            document: Array(repeating: 0, count: most),
            createdMilliseconds: 1,
            changedMilliseconds: UInt64(most)
        )
    }

    @Test("Who changes what another coordinator has changed is refused, and knows then what there is")
    func refused() async throws {
        let store = MemoryStore()
        let (one, two) = (try await Side(store), try await Side(store))
        let (first, second, third) = (try record(1), try record(2), try record(3))
        try await one.keep(first, replacing: nil)
        let late = await #expect(throws: Failure.self) { try await two.keep(second, replacing: nil) }
        #expect(late?.code == .anotherOperationInProgress)
        #expect(await two.keeper.pools() == [first])
        #expect(await two.most(of: first.name) == 1)
        try await two.keep(second, replacing: first)
        let removal = await #expect(throws: Failure.self) { try await one.keeper.remove(first) }
        #expect(removal?.code == .anotherOperationInProgress)
        #expect(try await store.pools() == [second])
        #expect(await one.most(of: first.name) == 2)
        try await one.keeper.remove(second)
        await #expect(throws: Failure.self) { try await two.keep(third, replacing: second) }
        #expect(await two.keeper.pools().isEmpty)
        #expect(await two.most(of: first.name) == nil)
    }

    @Test("What is read again is what the other coordinator made, changed and removed")
    func reloaded() async throws {
        let store = MemoryStore()
        let (one, two) = (try await Side(store), try await Side(store))
        let (first, second) = (try record(1), try record(2))
        try await one.keep(first, replacing: nil)
        try await two.keeper.reload()
        #expect(await two.most(of: first.name) == 1)
        try await one.keep(second, replacing: first)
        try await two.keeper.reload()
        #expect(await two.keeper.pools() == [second])
        #expect(await two.most(of: first.name) == 2)
        try await one.keeper.remove(second)
        try await two.keeper.reload()
        #expect(await two.most(of: first.name) == nil)
    }
}

import Coordinator
import Domain
import TestSupport
import Testing
import Transport

@Suite("Pools of the control plane, run by a cluster")
struct PoolTests {
    private static func record(_ name: String, changed: UInt64 = 1) throws -> PoolRecord {
        PoolRecord(
            name: try PoolName(name),
            subscription: "s",
            resourceGroup: "g",
            document: [],
            createdMilliseconds: 1,
            changedMilliseconds: changed
        )
    }

    private static func key(_ number: Int) throws -> SessionKey {
        SessionKey(pool: try PoolName("orders"), identifier: try SessionIdentifier("session-\(number)"))
    }

    @Test(
        "A new pool serves at once; deleted, it serves nobody and its sessions end with a tombstone that says why"
    )
    func life() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport()) { cluster in
            let record = try Self.record("orders")
            let pool = PoolConfiguration(name: record.name)
            try await cluster.pools.keep(record, as: pool, replacing: nil)
            for number in 0..<20 { try await cluster.run("x", in: "session-\(number)", of: record.name) }
            try await cluster.run("x", in: "bystander")
            try await cluster.pools.remove(record)
            let refused = await #expect(throws: Failure.self) {
                try await cluster.run("x", in: "session-0", of: record.name)
            }
            #expect(refused?.code == .sessionPoolNotFound)
            #expect(await eventually { await !cluster.pools.isEnding(record.name) })
            #expect(cluster.hypervisors.map(\.liveMachines).reduce(0, +) == 1)
            for number in 0..<20 {
                let ends = await cluster.dispatcher.endedSessions(of: try Self.key(number))
                #expect(ends.map(\.cause) == [.poolDeleted])
            }
            let kept = try await cluster.run("x", in: "bystander")
            #expect(!kept.isNewSession)
        }
    }

    @Test("A changed pool leaves live sessions as they began; new ones follow the change")
    func change() async throws {
        try await PlayedCluster.with(workers: 1, over: InMemoryTransport()) { cluster in
            let first = try Self.record("orders")
            var pool = PoolConfiguration(name: first.name, maxConcurrentSessions: 2)
            try await cluster.pools.keep(first, as: pool, replacing: nil)
            let begun = try await cluster.run("x", in: "session-0", of: first.name)
            pool.maxConcurrentSessions = 1
            let second = try Self.record("orders", changed: 2)
            try await cluster.pools.keep(second, as: pool, replacing: first)
            let after = try await cluster.run("x", in: "session-0", of: first.name)
            #expect(after.sessionInstance == begun.sessionInstance)
            let refused = await #expect(throws: Failure.self) {
                try await cluster.run("x", in: "session-1", of: first.name)
            }
            #expect(refused?.code == .sessionsCountExceedsLimit)
            let stale = await #expect(throws: Failure.self) {
                try await cluster.pools.keep(second, as: pool, replacing: first)
            }
            #expect(stale?.code == .anotherOperationInProgress)
        }
    }
}

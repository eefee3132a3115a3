import ClusterState
import Domain
import Testing
import Transport
import Wire

@testable import Coordinator
@testable import Store

/// A coordinator with a store, over its restarts.
@Suite("A coordinator's restart", .timeLimit(.minutes(1)))
struct RestartTests {
    private let folder = TemporaryFolder()

    private func configuration() throws -> CoordinatorConfiguration {
        CoordinatorConfiguration(
            address: "inproc://coordinator",
            pools: [PoolConfiguration(name: try PoolName("python"))],
            clusterKey: try ClusterKey(Array(repeating: 7, count: 32)),
            mayHaveSessions: false,
            storePath: folder.storePath
        )
    }

    private func coordinator() async throws -> CoordinatorService {
        try await CoordinatorService(
            configuration: configuration(),
            post: InMemoryTransport(),
            logger: LogBook().logger
        )
    }

    /// Lets a worker serve that takes every session.
    private func worker(of node: CoordinatorNode, having sessions: [SessionLife] = []) async throws
        -> WorkerLife
    {
        let life = WorkerLife(
            worker: try WorkerID("worker-1"),
            incarnation: Incarnation(1),
            epoch: WorkerEpoch(0)
        )
        let capacity = WorkerCapacity(sessions: 10, weight: 1)
        await node.workerAnnounced(
            WorkerAnnouncement(life: life, address: "inproc://worker", capacity: capacity)
        )
        await node.helloAnswered(by: life, sessions: sessions)
        // The second ping gives the lease.
        let answer = PingAnswer(epoch: life.epoch, capacity: capacity, sessionCount: sessions.count)
        for _ in 0..<2 { await node.pingAnswered(by: life, answer) }
        return life
    }

    @Test("Tombstones and generations outlive the coordinator")
    func restart() async throws {
        let key = try Sample.key("alpha")
        var former = SessionGeneration(0)
        for round in 1...3 {
            let coordinator = try await coordinator()
            let life = try await worker(of: coordinator.node)
            let pool = try await coordinator.node.pool(named: key.pool)
            let placement = try await coordinator.node.place(key, in: pool)
            #expect(placement.session.generation > former)
            former = placement.session.generation
            await coordinator.node.sessionEnded(placement.session, on: life, cause: .maxAlive)
            let ends = await coordinator.tombstones.endedSessions(of: key)
            #expect(ends.count == round)
            #expect(ends.last?.session == placement.session)
            #expect(ends.allSatisfy { $0.cause == .maxAlive && $0.worker.text == "worker-1" })
            await coordinator.tombstones.finish()
        }
        let store = try await folder.open()
        #expect(try await store.facts().hasServed)
        #expect(try await store.facts().greatestGeneration >= former)
        await store.close()
    }

    @Test("Which workers are drained outlives the coordinator, and one that was never seen is shown")
    func drains() async throws {
        let first = try await coordinator()
        _ = try await worker(of: first.node)
        try await first.drains.drain("worker-1", within: .seconds(60))
        await first.tombstones.finish()
        let second = try await coordinator()
        let unseen = try #require(await second.dispatcher.nodes().last)
        #expect((unseen.name, unseen.state, unseen.isWorker) == ("worker-1", "lost", true))
        #expect(unseen.drain?.deadlineMilliseconds != nil && unseen.address == nil)
        _ = try await worker(of: second.node)
        #expect(await second.node.workers.map(\.status) == [.draining])
        try await second.drains.undrain("worker-1")
        await second.tombstones.finish()
        let third = try await coordinator()
        _ = try await worker(of: third.node)
        #expect(await third.node.workers.map(\.status) == [.serving])
        await third.tombstones.finish()
    }

    @Test("A wish that cannot be kept is refused and not followed")
    func closedStore() async throws {
        let coordinator = try await coordinator()
        _ = try await worker(of: coordinator.node)
        await coordinator.tombstones.finish()
        let refused = await #expect(throws: Failure.self) {
            try await coordinator.drains.drain("worker-1", within: nil)
        }
        #expect(refused?.code == .notReady)
        #expect(await coordinator.node.workers.map(\.status) == [.serving])
    }

    @Test("Generations go on after those in the store when the clock was set back")
    func clockSetBack() async throws {
        let future = SessionGeneration(1 << 50)
        let store = try await folder.open()
        try await store.raise(NodeFacts(greatestGeneration: future))
        await store.close()
        let coordinator = try await coordinator()
        _ = try await worker(of: coordinator.node)
        let key = try Sample.key("alpha")
        let pool = try await coordinator.node.pool(named: key.pool)
        let placement = try await coordinator.node.place(key, in: pool)
        #expect(placement.session.generation > future)
        await coordinator.tombstones.finish()
    }

    @Test("A generation that is handed out beyond the reserved ones is to be written")
    func handedOut() async throws {
        let node = CoordinatorNode(
            configuration: try configuration(),
            incarnation: Incarnation(1),
            generations: .given(last: 5, reserved: 60_005),
            logger: LogBook().logger
        )
        _ = try await worker(of: node)
        #expect(await node.nextUnrecorded(most: 9).isEmpty)
        let key = try Sample.key("alpha")
        let placement = try await node.place(key, in: node.pool(named: key.pool))
        let reservation = await node.nextUnrecorded(most: 9).reservation
        #expect(reservation?.number == placement.session.generation.number + 60_000)
    }

    @Test("A service that is cancelled right after sessions have ended writes their tombstones first")
    func serviceEnds() async throws {
        let coordinator = try await coordinator()
        let running = Task { try await coordinator.run() }
        let life = try await worker(of: coordinator.node)
        let ended = try Sample.records(0..<700).map(\.session)
        for session in ended { await coordinator.node.sessionEnded(session, on: life, cause: .outOfMemory) }
        running.cancel()
        try await running.value
        let store = try await folder.open()
        let found = try await store.everything()
        #expect(Set(found.map(\.session)) == Set(ended))
        #expect(found.allSatisfy { $0.cause == .outOfMemory })
        await store.close()
    }

    private func made(_ name: String, _ document: String = "20") throws -> PoolRecord {
        PoolRecord(
            name: try PoolName(name),
            subscription: "s",
            resourceGroup: "g",
            document: Array(document.utf8),
            createdMilliseconds: 1,
            changedMilliseconds: 2
        )
    }

    @Test(
        "Pools outlive the coordinator; what a removed one left is found, one that makes no sense now is kept"
    )
    func pools() async throws {
        let meaning: PoolKeeper.Meaning = { record throws(Failure) in
            guard let most = Int(String(decoding: record.document, as: UTF8.self)) else {
                throw Failure(.invalidRequestContent, "No number.")
            }
            return PoolConfiguration(name: record.name, maxConcurrentSessions: most)
        }
        let (kept, gone, strange) = (
            try made("kept"), try made("gone"), try made("strange", "from the future")
        )
        let former = try await coordinator()
        for record in [kept, gone] {
            try await former.pools.keep(record, as: try meaning(record), replacing: nil)
        }
        try await former.pools.keep(strange, as: PoolConfiguration(name: strange.name), replacing: nil)
        try await former.pools.remove(gone)
        await former.tombstones.finish()

        let coordinator = try await coordinator()
        try await coordinator.pools.load(meaning)
        #expect(await coordinator.pools.pools() == [kept, strange])
        #expect(try await coordinator.node.pool(named: kept.name) == meaning(kept))
        for name in [gone.name, strange.name] {
            await #expect(throws: Failure.self) { try await coordinator.node.pool(named: name) }
        }
        let left = SessionLife(key: try Sample.key("alpha", pool: "gone"), generation: SessionGeneration(1))
        _ = try await worker(of: coordinator.node, having: [left])
        #expect(await coordinator.node.sessionsWithoutPool() == [left.key])
        #expect(await coordinator.pools.isEnding(gone.name))
        await coordinator.tombstones.finish()
    }

    @Test("A store that cannot be used keeps the coordinator from starting, with the reason")
    func refusedStore() async throws {
        WholeFile.write("no database, but some text".utf8, to: folder.storePath)
        let error = await #expect(throws: StoreError.self) { _ = try await coordinator() }
        #expect(error?.code == .damaged)
    }
}

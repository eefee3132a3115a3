import Coordinator
import Domain
import TestSupport
import Testing
import Transport

@Suite("Draining workers")
struct DrainTests {
    private static func key(_ number: Int) throws -> SessionKey {
        SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier("session-\(number)"))
    }

    private static func node(_ name: String, in cluster: PlayedCluster) async -> NodeDescription? {
        await cluster.dispatcher.nodes().first { $0.name == name }
    }

    @Test(
        "A drained worker gives up its ready machines, and what is left at the deadline ends with a tombstone"
    )
    func deadline() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport(), pool: { $0.readySessions = 4 }) {
            cluster in
            for number in 0..<20 { try await cluster.run("set x 1", in: "session-\(number)") }
            let had = try #require(await Self.node("worker-0", in: cluster)).sessionCount
            #expect((1..<20).contains(had))
            try await cluster.drains.drain("worker-0", within: .seconds(3_600))
            // What is there goes on, what is new begins elsewhere.
            for number in 0..<20 {
                #expect(try await cluster.run("get x", in: "session-\(number)").isNewSession == false)
            }
            for number in 20..<40 { try await cluster.run("set x 1", in: "session-\(number)") }
            let draining = try #require(await Self.node("worker-0", in: cluster))
            #expect((draining.state, draining.sessionCount) == ("draining", had))
            let emptied = await eventually {
                let ready = await Self.node("worker-0", in: cluster)?.worker?.own?.ready
                return ready?.allSatisfy { $0.wanted == 0 && $0.ready + $0.starting == 0 } == true
            }
            #expect(emptied, "ready machines are given up")
            try await cluster.drains.drain("worker-0", within: .zero)
            #expect(await eventually { await Self.node("worker-0", in: cluster)?.state == "drained" })
            var ended = 0
            for number in 0..<40 {
                let ends = await cluster.dispatcher.endedSessions(of: try Self.key(number))
                #expect(ends.allSatisfy { $0.cause == .drained && $0.worker.text == "worker-0" })
                ended += ends.count
                let isNew = try await cluster.run("get x", in: "session-\(number)").isNewSession
                #expect(isNew == !ends.isEmpty, "nothing else was ended")
            }
            #expect(ended == had)
            try await cluster.drains.undrain("worker-0")
            #expect(await eventually { await Self.node("worker-0", in: cluster)?.state == "serving" })
            for number in 40..<80 { try await cluster.run("x", in: "session-\(number)") }
            #expect(try #require(await Self.node("worker-0", in: cluster)).sessionCount > 0)
        }
    }

    @Test("One that serves is not removed, one that is drained or lost is")
    func removal() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport()) { cluster in
            let serving = await #expect(throws: Failure.self) { try await cluster.drains.remove("worker-0") }
            #expect(serving?.code == .nodeInUse)
            for stranger in ["worker-9", "coordinator", "no name", ""] {
                let unknown = await #expect(throws: Failure.self) {
                    try await cluster.drains.remove(stranger)
                }
                #expect(unknown?.code == .resourceNotFound)
                let nobody = await #expect(throws: Failure.self) {
                    try await cluster.drains.drain(stranger, within: nil)
                }
                #expect(nobody?.code == .resourceNotFound)
            }
            try await cluster.drains.drain("worker-0", within: nil)
            try await cluster.drains.remove("worker-0")
            await cluster.kill(1)
            #expect(await eventually { await Self.node("worker-1", in: cluster)?.state == "lost" })
            #expect(await Self.node("worker-0", in: cluster) == nil, "it runs still and is not called")
            try await cluster.drains.remove("worker-1")
            #expect(await cluster.dispatcher.nodes().map(\.name) == ["coordinator"])
        }
    }
}

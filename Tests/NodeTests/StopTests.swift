import Coordinator
import Domain
import TestSupport
import Testing
import Transport

@Suite("Stopping and showing sessions")
struct StopTests {
    private static func key(_ identifier: String) throws -> SessionKey {
        SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier(identifier))
    }

    private static func failure(of code: String, in cluster: PlayedCluster) async -> FailureCode? {
        do throws(Failure) {
            try await cluster.run(code, in: "session")
            return nil
        } catch {
            return error.code
        }
    }

    @Test("A stopped session is gone with its machine, and its identifier begins anew and empty")
    func stop() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport()) { cluster in
            let first = try await cluster.run("set x 1", in: "session")
            try await cluster.dispatcher.stop(Self.key("session"))
            #expect(cluster.hypervisors.map(\.liveMachines).reduce(0, +) == 0)
            let failure = await #expect(throws: Failure.self) {
                try await cluster.dispatcher.session(Self.key("session"))
            }
            #expect(failure?.code == .noSessionFound)
            let ends = await cluster.dispatcher.endedSessions(of: try Self.key("session"))
            #expect(ends.map(\.cause) == [.stopped])
            let second = try await cluster.run("get x", in: "session")
            #expect(second.isNewSession)
            #expect(second.sessionInstance != first.sessionInstance)
            #expect(second.printed == "nothing")
        }
    }

    @Test("Stopping what is not there says so, and stopping many at once ends each once")
    func strangers() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport()) { cluster in
            let failure = await #expect(throws: Failure.self) {
                try await cluster.dispatcher.stop(Self.key("nobody"))
            }
            #expect(failure?.code == .noSessionFound)
            for number in 0..<20 { try await cluster.run("x", in: "session-\(number)") }
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    // Each three times: who comes late finds nothing, which is as good.
                    group.addTask { try? await cluster.dispatcher.stop(Self.key("session-\(number % 20)")) }
                }
            }
            #expect(cluster.hypervisors.map(\.liveMachines).reduce(0, +) == 0)
            for number in 0..<20 {
                let ends = await cluster.dispatcher.endedSessions(of: try Self.key("session-\(number)"))
                #expect(ends.map(\.cause) == [.stopped])
            }
        }
    }

    @Test("Code that runs when its session is stopped gets an error, and is not run again")
    func running() async throws {
        try await PlayedCluster.with(workers: 1, over: InMemoryTransport()) { cluster in
            async let failure = Self.failure(of: "hang", in: cluster)
            #expect(await eventually { cluster.orders.contains("hang") })
            try await cluster.dispatcher.stop(Self.key("session"))
            #expect(await failure == .noSessionFound)
            #expect(cluster.orders.filter { $0 == "hang" }.count == 1)
        }
    }

    @Test("The list has every session once, page by page, with times that fit; looking is no use")
    func list() async throws {
        try await PlayedCluster.with(workers: 3, over: InMemoryTransport()) { cluster in
            var instances: Set<String> = []
            for number in 0..<12 {
                instances.insert(try await cluster.run("x", in: "session-\(number)").sessionInstance)
            }
            let pool = try PoolName("python")
            var seen: [SessionDescription] = []
            var skip: Int? = 0
            while let from = skip {
                let page = try await cluster.dispatcher.sessions(of: pool, skip: from, most: 5)
                seen += page.sessions
                skip = page.next
            }
            #expect(seen.map(\.session.key.identifier.text) == (0..<12).map { "session-\($0)" })
            #expect(Set(seen.map(\.instance)) == instances)
            for one in seen {
                #expect(one.createdMilliseconds <= one.lastAccessedMilliseconds)
                #expect(one.expiresMilliseconds == one.lastAccessedMilliseconds + 300_000)
                let again = try await cluster.dispatcher.session(one.session.key)
                #expect(again == one)
            }
            let beyond = try await cluster.dispatcher.sessions(of: pool, skip: 100, most: 5)
            #expect(beyond == SessionPage(sessions: [], next: nil))
        }
    }

    @Test("A session that was lost with its worker is told as lost, and stopping it is the end of that")
    func lost() async throws {
        try await PlayedCluster.with(workers: 1, over: InMemoryTransport()) { cluster in
            try await cluster.run("x", in: "session")
            await cluster.kill(0)
            let key = try Self.key("session")
            #expect(
                await eventually(within: .seconds(20)) {
                    await cluster.dispatcher.endedSessions(of: key).first?.cause == .workerLost
                }
            )
            let shown = await #expect(throws: Failure.self) {
                try await cluster.dispatcher.session(Self.key("session"))
            }
            #expect(shown?.code == .noSessionFound)
            let stopped = await #expect(throws: Failure.self) {
                try await cluster.dispatcher.stop(Self.key("session"))
            }
            #expect(stopped?.code == .sessionLost)
            let again = await #expect(throws: Failure.self) {
                try await cluster.dispatcher.stop(Self.key("session"))
            }
            #expect(again?.code == .noSessionFound)
        }
    }
}

import Domain
import TestSupport
import Testing
import Transport

/// How the nodes of a test talk.
enum Line: CaseIterable, Sendable {
    case memory
    case sockets

    var post: any Post {
        switch self {
        case .memory: InMemoryTransport()
        case .sockets: NNGTransport()
        }
    }
}

@Suite("Executions through coordinator, ring and workers", .serialized)
struct DispatchTests {
    @Test(
        "Identifiers spread over the workers and each finds its own session again",
        arguments: Line.allCases
    )
    func stickiness(line: Line) async throws {
        try await PlayedCluster.with(workers: 3, over: line.post) { cluster in
            for number in 0..<30 { try await cluster.run("set x \(number)", in: "session-\(number)") }
            for number in 0..<30 {
                let report = try await cluster.run("get x", in: "session-\(number)")
                #expect(report.printed == "\(number)")
                #expect(!report.isNewSession)
            }
            #expect(cluster.hypervisors.allSatisfy { $0.liveMachines > 0 })
            #expect(cluster.hypervisors.reduce(0) { $0 + $1.liveMachines } == 30)
        }
    }

    @Test("A thousand first requests of one identifier make one session", arguments: Line.allCases)
    func oneSession(line: Line) async throws {
        try await PlayedCluster.with(workers: 3, over: line.post) { cluster in
            let outcomes = await withTaskGroup(of: String.self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        do throws(Failure) {
                            return try await cluster.run("number \(number)", in: "the-one").sessionInstance
                        } catch {
                            return error.code.name
                        }
                    }
                }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(cluster.hypervisors.reduce(0) { $0 + $1.madeMachines } == 1)
            // More than may wait are refused at once; the others ran, each once.
            let refused = outcomes["TooManyRequests", default: 0]
            #expect(outcomes.count == (refused > 0 ? 2 : 1), "one session, or a refusal: \(outcomes)")
            #expect(cluster.orders.count == 1_000 - refused)
            #expect(Set(cluster.orders).count == cluster.orders.count)
        }
    }

    @Test("An execution's name runs once, also when asked at the same time", arguments: Line.allCases)
    func idempotency(line: Line) async throws {
        try await PlayedCluster.with(workers: 2, over: line.post) { cluster in
            let printed = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await cluster.run("same", in: "repeating", id: "operation-1").printed
                    }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(printed == [String](repeating: "same", count: 20))
            #expect(cluster.orders == ["same"])
            await #expect(throws: Failure.self) {
                try await cluster.run("other", in: "repeating", id: "operation-1")
            }
        }
    }

    @Test("A pool's limit is never exceeded, and the refusal comes at once", arguments: Line.allCases)
    func limit(line: Line) async throws {
        try await PlayedCluster.with(
            workers: 2,
            over: line.post,
            pool: { $0.maxConcurrentSessions = 5 }
        ) { cluster in
            let codes = await withTaskGroup(of: String.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        do throws(Failure) {
                            _ = try await cluster.run("x", in: "many-\(number)")
                            return "ran"
                        } catch {
                            return error.code.name
                        }
                    }
                }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(codes == ["ran": 5, "SessionsCountExceedsLimit": 35])
        }
    }

    @Test("A full worker's sessions go to the next one; when all are full it is said at once")
    func fullWorkers() async throws {
        try await PlayedCluster.with(workers: 2, capacity: 3, over: InMemoryTransport()) { cluster in
            for number in 0..<6 { try await cluster.run("x", in: "full-\(number)") }
            #expect(cluster.hypervisors.map(\.liveMachines) == [3, 3])
            let started = ContinuousClock.now
            await #expect(throws: Failure.self) { try await cluster.run("x", in: "one-too-many") }
            #expect(started.duration(to: .now) < .seconds(5))
            #expect(try await cluster.run("still here", in: "full-3").printed == "still here")
        }
    }

    @Test("Output of many pages arrives whole and in order", arguments: Line.allCases)
    func pages(line: Line) async throws {
        try await PlayedCluster.with(workers: 1, over: line.post) { cluster in
            let report = try await cluster.run("flood 200", in: "talkative")
            #expect(report.standardOutput.count == 200 * (64 << 10) + 3)
            #expect(report.standardOutput.suffix(3) == Array("end".utf8)[...])
            let foreign = try await cluster.run("foreign", in: "talkative")
            #expect(foreign.printed == "mine")
        }
    }
}

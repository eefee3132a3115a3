import APIModel
import AsyncHTTPClient
import Client
import Glibc
import Testing

/// Many first requests at the same moment.
@Suite("Bursts", .enabled(if: RunningCluster.isPossible), .serialized)
struct BurstTests {
    /// What became of a request.
    private enum Answer {
        case ran(ExecutionResponse)
        case refused(ClientError, after: Duration)

        var response: ExecutionResponse? {
            if case .ran(let response) = self { response } else { nil }
        }

        var refusal: (error: ClientError, after: Duration)? {
            if case .refused(let error, let after) = self { (error, after) } else { nil }
        }
    }

    @Test("A thousand first requests with one identifier make one sandbox, and each that is let in runs once")
    func oneIdentifier() async throws {
        try await RunningCluster.with(workers: 2) { cluster in
            // No two of them begin the counter, and none is counted twice.
            let answers = try await atOnce(1_000, on: cluster) { client, _ in
                try await client.execute(
                    code: "counter = globals().get('counter', 0) + 1; counter",
                    identifier: "wanted-by-all",
                    pool: "python"
                )
            }
            #expect(answers.count == 1_000)
            let ran = answers.compactMap(\.response)
            #expect(ran.count >= 33, "one runs, 32 may wait")
            #expect(Set(ran.map(\.sessionInstance)).count == 1)
            #expect(ran.count { $0.isNewSession } == 1)
            let counts = Set(ran.map(\.resource.result))
            #expect(counts == Set((1...max(1, ran.count)).map { .integer($0) }), "each ran once")
            let refusals = answers.compactMap(\.refusal)
            #expect(refusals.allSatisfy { $0.error.code == "TooManyRequests" && $0.error.status == 429 })
            #expect(refusals.allSatisfy { $0.error.retryAfterSeconds != nil })
            #expect(refusals.allSatisfy { $0.after < Self.prompt }, "\(refusals.map(\.after).max() as Any)")
            #expect(cluster.machines.count == 1)
            let last = try await cluster.run("counter", in: "wanted-by-all")
            #expect(last.resource.result == .integer(ran.count))
        }
    }

    @Test("A hundred new identifiers at once get a session or a prompt refusal, and none waits without end")
    func manyIdentifiers() async throws {
        let room = ["CLOISTER_CAPACITY_SESSIONS": "20"]
        let family = try await RunningCluster.with(workers: 2, environment: room) { cluster in
            let answers = try await atOnce(100, on: cluster) { client, number in
                try await client.execute(
                    code: "mine = \(number); mine",
                    identifier: "newcomer-\(number)",
                    pool: "python"
                )
            }
            let ran = answers.compactMap(\.response)
            #expect(ran.count == 40, "as many as there is room for")
            #expect(Set(ran.map(\.sessionInstance)).count == ran.count)
            #expect(Set(ran.map(\.resource.result)).count == ran.count)
            #expect(cluster.machines.count == ran.count)
            let refusals = answers.compactMap(\.refusal)
            #expect(refusals.count == 60)
            #expect(
                refusals.allSatisfy { $0.error.code == "SessionsCountExceedsLimit" && $0.error.status == 429 }
            )
            #expect(refusals.allSatisfy { $0.error.retryAfterSeconds != nil })
            #expect(refusals.allSatisfy { $0.after < Self.prompt }, "\(refusals.map(\.after).max() as Any)")
            return Processes.family(of: cluster.process)
        }
        #expect(await Processes.waitForEnd(of: family, within: .seconds(15)).isEmpty)
    }

    /// How long a refusal may take, on a busy machine too; what waits for its turn may take minutes.
    private static let prompt: Duration = .seconds(15)

    /// Sends requests at the same moment, each over a connection of its own.
    private func atOnce(
        _ count: Int,
        on cluster: RunningCluster,
        _ send: @escaping @Sendable (CloisterClient, Int) async throws -> ExecutionResponse
    ) async throws -> [Answer] {
        var settings = HTTPClient.Configuration()
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = count
        let connections = HTTPClient(configuration: settings)
        let client = CloisterClient(baseURL: cluster.url, apiKey: cluster.key, http: connections)
        let result: Result<[Answer], any Error>
        do {
            result = .success(
                try await withThrowingTaskGroup(of: Answer.self) { group in
                    for number in 0..<count {
                        group.addTask {
                            let start = ContinuousClock.now
                            do {
                                return .ran(try await send(client, number))
                            } catch let error as ClientError {
                                return .refused(error, after: start.duration(to: .now))
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            )
        } catch {
            result = .failure(error)
        }
        try await connections.shutdown()
        return try result.get()
    }
}

import APIModel
import AsyncHTTPClient
import Domain
import EventLoops
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

@testable import Client

/// A client that measures, whose executions go over connections of its own.
@Suite(.timeLimit(.minutes(2))) struct MeasuringClientTests {
    private static let path = "/pools/python/executions" + RunningServer.query
    private static let headers: HTTPHeaders = [
        "Authorization": "Bearer \(RunningServer.key)", "Content-Type": "application/json",
    ]
    private static let body = ByteBuffer(
        string: #"{"codeInputType":"Inline","executionType":"Synchronous","code":"1"}"#
    )

    private func measuringClient(at baseURL: String) throws -> CloisterClient {
        try CloisterClient(
            baseURL: baseURL,
            apiKey: RunningServer.key,
            certificatesPath: nil,
            limits: ClientLimits(isMeasuring: true)
        )
    }

    private func connections(to server: RunningServer, answerLimit: Int = 1 << 20) throws -> KeptConnections {
        try KeptConnections(
            baseURL: server.baseURL,
            security: .makeClientConfiguration(),
            answerLimit: answerLimit
        )
    }

    /// On what the tasks of clients run: Swift's threads, or each on the loop of its connection.
    private func executor(of lane: Int, _ client: CloisterClient, onLoops: Bool) -> (any TaskExecutor)? {
        onLoops ? client.executors[lane % client.executors.count] : nil
    }

    @Test(arguments: [false, true])
    func `Executions side by side and one after the other get their own answers`(onLoops: Bool) async throws {
        try await RunningServer.with { server in
            let client = try measuringClient(at: server.baseURL)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask(executorPreference: executor(of: lane, client, onLoops: onLoops)) {
                        for turn in 0..<5 {
                            let code = "\(lane) \(turn)"
                            let response = try await client.execute(
                                code: code,
                                identifier: "lane-\(lane)",
                                pool: "python"
                            )
                            #expect(response.resource.standardOutput == code)
                            #expect(response.sessionInstance == "instance-1")
                        }
                    }
                }
                try await group.waitForAll()
            }
            await client.close()
        }
    }

    @Test func `A refusal is told, and a server that is not there`() async throws {
        let port = try await RunningServer.with { server in
            let client = try measuringClient(at: server.baseURL)
            let error = await #expect(throws: ClientError.self) {
                try await client.execute(code: "1", identifier: "abcd", pool: "other pool/x")
            }
            #expect(error?.code == "SessionPoolInvalidName")
            await client.close()
            return server.port
        }
        let client = try measuringClient(at: "http://127.0.0.1:\(port)")
        let error = await #expect(throws: ClientError.self) {
            try await client.execute(code: "1", identifier: "abcd", pool: "python")
        }
        #expect(error?.kind == .unreachable)
        await client.close()
    }

    @Test func `An answer that comes too late or is too long costs its connection and no other`() async throws
    {
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            if session.identifier.text == "abcd" { try? await Task.sleep(for: .seconds(3600)) }
            return ScriptedDispatch.report(spec, session)
        }
        try await RunningServer.with(dispatch) { server in
            let connections = try connections(to: server)
            await #expect(throws: HTTPClientError.deadlineExceeded) {
                try await connections.post(Self.path, Self.headers, Self.body, within: .milliseconds(100))
            }
            let other = Self.path.replacing("abcd", with: "efgh")
            let answer = try await connections.post(other, Self.headers, Self.body, within: .seconds(60))
            #expect(answer.head.status == .ok)
            connections.close()
            let narrow = try self.connections(to: server, answerLimit: 16)
            await #expect(throws: NIOTooManyBytesError.self) {
                try await narrow.post(other, Self.headers, Self.body, within: .seconds(60))
            }
        }
    }

    @Test func `Who asks on the loop of a connection gets that connection again`() async throws {
        try await RunningServer.with { server in
            let connections = try connections(to: server)
            let executors = MultiThreadedEventLoopGroup.singleton.makeIterator().map(EventLoopExecutor.init)
            var used: [ObjectIdentifier] = []
            for executor in executors + executors {
                try await withTaskExecutorPreference(executor) {
                    _ = try await connections.post(Self.path, Self.headers, Self.body, within: .seconds(60))
                    let connection = try await connections.connection()
                    #expect(connection.isHere)
                    used.append(ObjectIdentifier(connection))
                    connections.keep(connection)
                }
            }
            #expect(Set(used).count == executors.count)
            #expect(used.prefix(executors.count) == used.suffix(executors.count))
            connections.close()
        }
    }

    @Test func `Only a client that measures has loops to run on`() async throws {
        let measuring = try measuringClient(at: "http://127.0.0.1:1")
        #expect(!measuring.executors.isEmpty)
        await measuring.close()
        let other = try CloisterClient(baseURL: "http://127.0.0.1:1", apiKey: "", certificatesPath: nil)
        #expect(other.executors.isEmpty)
        await other.close()
    }

    @Test(arguments: [false, true])
    func `Whoever is cancelled ends the execution`(onLoops: Bool) async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            continuation.yield("began")
            try? await Task.sleep(for: .seconds(3600))
            continuation.yield(Task.isCancelled ? "cancelled" : "ended")
            throw Failure(.deadlineExceeded, "The code was interrupted.")
        }
        try await RunningServer.with(dispatch) { server in
            let client = try measuringClient(at: server.baseURL)
            let asking = Task(executorPreference: executor(of: 0, client, onLoops: onLoops)) {
                try await client.execute(code: "1", identifier: "abcd", pool: "python")
            }
            #expect(await events.nextElement() == "began")
            asking.cancel()
            let error = await #expect(throws: ClientError.self) { try await asking.value }
            #expect(error?.kind == .cancelled)
            #expect(await events.nextElement() == "cancelled")
            await client.close()
        }
    }
}

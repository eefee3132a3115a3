import APIModel
import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
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

    @Test func `Executions side by side and one after the other get their own answers`() async throws {
        try await RunningServer.with { server in
            let client = try measuringClient(at: server.baseURL)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
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

    @Test func `Whoever is cancelled ends the execution`() async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            continuation.yield("began")
            try? await Task.sleep(for: .seconds(3600))
            continuation.yield(Task.isCancelled ? "cancelled" : "ended")
            throw Failure(.deadlineExceeded, "The code was interrupted.")
        }
        try await RunningServer.with(dispatch) { server in
            let client = try measuringClient(at: server.baseURL)
            let asking = Task { try await client.execute(code: "1", identifier: "abcd", pool: "python") }
            #expect(await events.nextElement() == "began")
            asking.cancel()
            let error = await #expect(throws: ClientError.self) { try await asking.value }
            #expect(error?.kind == .cancelled)
            #expect(await events.nextElement() == "cancelled")
            await client.close()
        }
    }
}

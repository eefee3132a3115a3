import API
import APIModel
import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// Progress of calls, and how they are cancelled.
@Suite("Long calls of the MCP server", .timeLimit(.minutes(2)))
struct MCPProgressTests {
    private static let token = #"{"progressToken":"p-1"}"#

    private static func output(_ text: String) -> ExecutionEvent { .standardOutput(Array(text.utf8)) }

    /// Code that runs until it is cancelled.
    private static func endless(
        _ begun: AsyncStream<Void>.Continuation,
        _ cancelled: AsyncStream<Void>.Continuation
    ) -> ScriptedDispatch {
        ScriptedDispatch { _, _ throws(Failure) in
            begun.yield()
            try? await Task.sleep(for: .seconds(60))
            cancelled.yield()
            throw Failure(.deadlineExceeded, "Cancelled.")
        }
    }

    @Test("Fresh output comes as progress while the code runs, and the last event is the answer")
    func progress() async throws {
        let executions = PlayedExecutions()
        try await MCPTests.with(ScriptedDispatch(executions: executions)) { server in
            var stream = try await server.stream(
                .POST,
                MCPTests.path,
                body: MCPTests.python("1", meta: Self.token)
            )
            #expect(stream.status == 200 && stream.headers["x-accel-buffering"] == ["no"])
            #expect(await eventually(within: .seconds(60)) { await executions.begun.count == 1 })
            let id = try #require(await executions.begun.first?.id.text)
            var last = 0.0
            for text in ["a\n", "ü\n"] {
                try await executions.add(Self.output(text), to: id)
                var event = try #require(try await stream.next())
                // A machine that is busy for 5 s is told of, too.
                while event.data?["params"]?["message"]?.text == "The code is running." {
                    event = try #require(try await stream.next())
                }
                #expect(event.name == "message")
                #expect(event.data?["method"]?.text == "notifications/progress")
                let parameters = try #require(event.data?["params"])
                #expect(parameters["progressToken"]?.text == "p-1" && parameters["message"]?.text == text)
                guard case .double(let progress)? = parameters["progress"] else { return }
                #expect(progress > last)
                last = progress
            }
            try await executions.add(
                .value(ResultValue(text: "2", json: "2")),
                .ended(Outcome(status: .succeeded, duration: .zero)),
                to: id
            )
            let answer = try #require(try await stream.all().last)
            #expect(answer.data?["id"] == .integer(1))
            #expect(answer.data?["result"]?["structuredContent"]?["stdout"]?.text == "a\nü\n")
        }
    }

    @Test("What clients would not take as one event is an error that they take")
    func tooLong() async throws {
        let executions = PlayedExecutions()
        try await MCPTests.with(ScriptedDispatch(executions: executions)) { server in
            var stream = try await server.stream(
                .POST,
                MCPTests.path,
                body: MCPTests.python("1", meta: Self.token)
            )
            #expect(await eventually(within: .seconds(60)) { await executions.begun.count == 1 })
            let id = try #require(await executions.begun.first?.id.text)
            // Each byte is six in JSON, and stands in the answer twice.
            let hostile = [UInt8](repeating: 1, count: MCPLimits.streamBytes)
            try await executions.add(
                .standardOutput(hostile),
                .standardError(hostile),
                .ended(Outcome(status: .succeeded, duration: .zero)),
                to: id
            )
            let answer = try #require(try await stream.all().last)
            #expect(answer.data?["result"]?["isError"] == .boolean(true))
            #expect((answer.data?.encoded.count ?? .max) < 1 << 20)
        }
    }

    @Test("An execution that cannot begin ends the events with its reason")
    func refused() async throws {
        let executions = PlayedExecutions(refusal: Failure(.sessionLost, "Lost."))
        try await MCPTests.with(ScriptedDispatch(executions: executions)) { server in
            var stream = try await server.stream(
                .POST,
                MCPTests.path,
                body: MCPTests.python("1", meta: Self.token)
            )
            let events = try await stream.all()
            #expect(events.last?.data?["error"]?["code"] == .integer(-32_000))
        }
    }

    @Test("A client that goes away has its code cancelled, whether it hears of progress or not")
    func disconnect() async throws {
        let executions = PlayedExecutions()
        try await MCPTests.with(ScriptedDispatch(executions: executions)) { server in
            do {
                let stream = try await server.stream(
                    .POST,
                    MCPTests.path,
                    body: MCPTests.python("1", meta: Self.token)
                )
                #expect(stream.status == 200)
                #expect(await eventually(within: .seconds(60)) { await executions.begun.count == 1 })
            }
            #expect(await eventually(within: .seconds(60)) { await executions.cancelled.count == 1 })
        }
        let begun = AsyncStream<Void>.makeStream()
        let cancelled = AsyncStream<Void>.makeStream()
        try await MCPTests.with(Self.endless(begun.continuation, cancelled.continuation)) { server in
            let request = Task { try await server.post(MCPTests.python("1"), to: MCPTests.path) }
            for await _ in begun.stream { break }
            request.cancel()
            for await _ in cancelled.stream { break }
        }
    }

    private static func session(_ server: RunningServer) async throws -> HTTPHeaders {
        let answer = try await server.post(
            #"{"jsonrpc":"2.0","id":0,"method":"initialize"}"#,
            to: MCPTests.path
        )
        return ["Mcp-Session-Id": try #require(answer.headers["mcp-session-id"].first)]
    }

    private static func cancellation(of id: String) -> String {
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    }

    @Test("A request is cancelled by its name in its session, and by no other")
    func cancelled() async throws {
        let begun = AsyncStream<Void>.makeStream()
        let ended = Mutex(0)
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            begun.continuation.yield()
            try? await Task.sleep(for: .seconds(60))
            ended.withLock { $0 += 1 }
            throw Failure(.deadlineExceeded, "Cancelled.")
        }
        try await MCPTests.with(dispatch) { server in
            let (mine, others) = (try await Self.session(server), try await Self.session(server))
            async let answer = server.post(MCPTests.python("1", id: "5"), to: MCPTests.path, headers: mine)
            for await _ in begun.stream { break }
            for (id, headers) in [("5", others), ("5", [:]), (#""5""#, mine), ("6", mine)]
                as [(String, HTTPHeaders)]
            {
                let told = try await server.post(
                    Self.cancellation(of: id),
                    to: MCPTests.path,
                    headers: headers
                )
                #expect(told.status == 202)
            }
            #expect(ended.withLock { $0 } == 0)
            _ = try await server.post(Self.cancellation(of: "5"), to: MCPTests.path, headers: mine)
            #expect(try await answer.json?["error"]?["code"] == .integer(-32_001))
            #expect(ended.withLock { $0 } == 1)
        }
    }

    @Test("The end of a session cancels its calls, also those that tell of progress, and the session is gone")
    func deleted() async throws {
        let executions = PlayedExecutions()
        try await MCPTests.with(ScriptedDispatch(executions: executions)) { server in
            let session = try await Self.session(server)
            var stream = try await server.stream(
                .POST,
                MCPTests.path,
                headers: session,
                body: MCPTests.python("1", meta: Self.token)
            )
            #expect(await eventually(within: .seconds(60)) { await executions.begun.count == 1 })
            #expect(try await server.send(.DELETE, MCPTests.path, headers: session).status == 204)
            let last = try await stream.all().last
            #expect(last?.data?["error"]?["code"] == .integer(-32_001))
            #expect(await eventually(within: .seconds(60)) { await executions.cancelled.count == 1 })
            let gone = try await server.post(MCPTests.python("1"), to: MCPTests.path, headers: session)
            #expect(gone.status == 404 && gone.code == "NotFound")
            #expect(try await server.send(.DELETE, MCPTests.path, headers: session).status == 404)
            #expect(try await server.send(.DELETE, MCPTests.path).status == 400)
            // One that this coordinator never gave may be another's.
            let foreign: HTTPHeaders = ["Mcp-Session-Id": "of-another-coordinator"]
            let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
            #expect(try await server.post(ping, to: MCPTests.path, headers: foreign).status == 200)
            let long: HTTPHeaders = ["Mcp-Session-Id": String(repeating: "x", count: 129)]
            #expect(try await server.post(ping, to: MCPTests.path, headers: long).status == 400)
        }
    }
}

import API
import APIModel
import Domain
import NIOHTTP1
import TestSupport
import Testing

/// Semantic Kernel for Python, which gives up when nothing comes.
@Suite(.timeLimit(.minutes(2))) struct PatienceTests {
    private static let agent = "semantic-kernel-python/1.45.0 (Language=Python)"
    private static let headers: HTTPHeaders = ["User-Agent": agent, "operation-id": "one"]
    private static let path = "/pools/python/code/execute" + RunningServer.query
    private static let body = #"{"properties":{"code":"1+1","timeoutInSeconds":100}}"#
    private static let done = ExecutionEvent.ended(Outcome(status: .succeeded, duration: .milliseconds(7)))

    private static func with(
        silence: Duration,
        executions: PlayedExecutions = PlayedExecutions(),
        _ body: @Sendable (RunningServer, PlayedExecutions) async throws -> Void
    ) async throws {
        try await RunningServer.with(
            ScriptedDispatch(executions: executions),
            configuration: APIServerConfiguration(port: 0, impatientClientSilence: silence)
        ) { server in try await body(server, executions) }
    }

    @Test func `Code that is quick is answered like any other`() async throws {
        try await Self.with(silence: .seconds(60)) { server, executions in
            let answering = Task {
                _ = await eventually { await !executions.begun.isEmpty }
                try await executions.add(.value(ResultValue(text: "2", json: "2")), Self.done)
            }
            let answer = try await server.post(Self.body, to: Self.path, headers: Self.headers)
            try await answering.value
            #expect(answer.status == 200)
            #expect(answer.text.hasPrefix(#"{"$id":"1""#))
            #expect(answer.json?["properties"]?["result"] == .integer(2))
            #expect(answer.headers["content-length"].count == 1)
            #expect(answer.headers["operation-id"] == ["one"])
        }
    }

    @Test func `Code that is slow is answered with white space before its answer`() async throws {
        try await Self.with(silence: .milliseconds(30)) { server, executions in
            var request = try await server.stream(.POST, Self.path, headers: Self.headers, body: Self.body)
            #expect(request.status == 200)
            #expect(request.headers["content-type"] == ["application/json; charset=utf-8"])
            try await executions.add(.standardOutput(Array("out".utf8)))
            try await executions.add(.value(ResultValue(text: "2", json: "2")), Self.done)
            #expect(try await request.next() == nil)
            let text = request.rest
            #expect(text.hasPrefix(" "))
            #expect(text.drop { $0 == " " }.hasPrefix(#"{"$id":"1","properties":{"#))
            #expect(text.contains(#""status":"Success","stdout":"out","stderr":"","result":2"#))
        }
    }

    @Test func `What goes wrong is told by the status while there is time, and by the body after that`()
        async throws
    {
        try await Self.with(silence: .milliseconds(30)) { server, executions in
            var request = try await server.stream(.POST, Self.path, headers: Self.headers, body: Self.body)
            try await executions.fail(Failure(.sessionLost, "Lost."))
            #expect(try await request.next() == nil)
            #expect(request.rest.contains(#"{"error":{"code":"SessionLost","message":"Lost.""#))
        }
        let full = PlayedExecutions(refusal: Failure(.sessionsCountExceedsLimit, "Full."))
        try await Self.with(silence: .seconds(60), executions: full) { server, _ in
            let refused = try await server.post(Self.body, to: Self.path, headers: Self.headers)
            try RefusalTests.expect(refused, 429, "SessionsCountExceedsLimit")
        }
    }

    @Test(arguments: [Duration.milliseconds(20), .seconds(60)])
    func `A client that goes away has its execution cancelled, before and after the first byte`(
        silence: Duration
    ) async throws {
        try await Self.with(silence: silence) { server, executions in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    "POST \(Self.path) HTTP/1.1\r\n\(RunningServer.raw)User-Agent: \(Self.agent)\r\n"
                        + "Content-Length: \(Self.body.utf8.count)\r\n\r\n\(Self.body)"
                )
                #expect(await eventually { await !executions.begun.isEmpty })
                if silence < .seconds(1) { #expect(try await connection.read(until: " \r\n") != nil) }
            }
            #expect(await eventually { await executions.cancelled.count == 1 })
        }
    }

    @Test(arguments: [
        ("python-requests/2", path), ("Semantic-Kernel/1.0 (Language=dotnet)", path),
        (agent, "/pools/python/executions" + RunningServer.query),
    ])
    func `Nobody else is answered so`(agent: String, path: String) async throws {
        try await Self.with(silence: .zero) { server, executions in
            let answer = try await server.post(Self.body, to: path, headers: ["User-Agent": agent])
            #expect(answer.status == 200 && answer.text.hasPrefix("{"))
            #expect(await executions.begun.isEmpty)
        }
    }
}

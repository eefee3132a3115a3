import API
import APIModel
import Domain
import Foundation
import Identity
import Logging
import NIOCore
import NIOHTTP1
import Telemetry
import TestSupport
import Testing

/// What the audit log tells of requests, over real connections.
@Suite(.timeLimit(.minutes(2))) struct AuditTests {
    private static let body = #"{"code":"print('é')"}"#

    /// Runs a server with a log and hands both to the test.
    private func with(
        _ dispatch: ScriptedDispatch = ScriptedDispatch(),
        rate: RequestRate? = nil,
        keepsCode: Bool = false,
        bounds: AuditLog.Bounds = .init(),
        _ body: @Sendable (RunningServer, AuditLog, String) async throws -> Void
    ) async throws {
        let path = NSTemporaryDirectory() + "cloister-audit-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let audit = try AuditLog(path: path, keepsCode: keepsCode, bounds: bounds, logger: LogBook().logger)
        let access = APIAccess(authenticator: PlayedAuthenticator(), rate: rate, audit: audit)
        try await RunningServer.with(dispatch, access: access) { server in try await body(server, audit, path)
        }
    }

    /// The lines, once there are so many.
    private func lines(_ count: Int, in path: String) async throws -> [JSONValue] {
        let read = { @Sendable () throws -> [Substring] in
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        }
        _ = try await eventually { try read().count >= count }
        return try read().map { try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
    }

    private func isPositive(_ value: JSONValue?) -> Bool {
        switch value {
        case .double(let number): number > 0
        case .integer(let number): number > 0
        default: false
        }
    }

    @Test func `An execution is told with who, where, what and how long, and without its code`() async throws
    {
        try await with { server, _, path in
            let answer = try await server.post(Self.body, headers: ["operation-id": "my-operation"])
            let line = try #require(try await lines(1, in: path).first)
            #expect(line["operation"]?.text == "POST /executions")
            #expect(line["caller"]?.text == "test")
            #expect(line["pool"]?.text == "python")
            #expect(line["identifier"]?.text == "abcd")
            #expect(line["session"]?.text == "instance-1")
            #expect(line["operationId"]?.text == "my-operation")
            #expect(line["codeSha256"]?.text == Fingerprint(of: "print('é')").description)
            #expect(line["code"] == nil)
            #expect(line["status"] == .integer(200))
            #expect(line["outcome"]?.text == "succeeded")
            #expect(line["errorCode"] == nil)
            #expect(line["bytesIn"] == .integer(Self.body.utf8.count))
            #expect(line["bytesOut"] == .integer(answer.text.utf8.count))
            #expect(line["traceId"]?.text == answer.headers.first(name: "x-ms-request-id"))
            #expect(isPositive(line["milliseconds"]?["total"]))
            #expect(isPositive(line["milliseconds"]?["allocate"]))
            #expect(line["time"]?.text?.hasSuffix("Z") == true)
        }
    }

    @Test func `The code is told where the log keeps it`() async throws {
        try await with(keepsCode: true) { server, _, path in
            _ = try await server.post(Self.body)
            #expect(try await lines(1, in: path).first?["code"]?.text == "print('é')")
        }
    }

    @Test func `What fails and what is refused is told with its code`() async throws {
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            if spec.input.text == "lost" { throw Failure(.sessionLost, "Lost.") }
            return ScriptedDispatch.report(
                spec,
                session,
                outcome: Outcome(status: .timedOut, duration: .seconds(1))
            )
        }
        try await with(dispatch) { server, _, path in
            _ = try await server.post(Self.body)
            _ = try await server.post(#"{"code":"lost"}"#)
            _ = try await server.post("{")
            _ = try await server.post(Self.body, key: "clk_nobody-nobody-nobody")
            _ = try await server.post(Self.body, key: RunningServer.limitedKey)
            _ = try await server.post(Self.body, to: "/pools/none/executions" + RunningServer.query)
            _ = try await server.send(.GET, "/healthz")
            _ = try await server.send(.GET, "/nothing")
            let lines = try await lines(6, in: path)
            let told = lines.map { line in
                [line["outcome"]?.text, line["errorCode"]?.text, line["caller"]?.text].map { $0 ?? "-" }
            }
            #expect(
                told == [
                    ["timedOut", "-", "test"], ["broken", "SessionLost", "test"],
                    ["refused", "SessionPropertiesMissing", "test"], ["refused", "Unauthorized", "-"],
                    ["refused", "Forbidden", "limited"], ["refused", "SessionPoolNotFound", "test"],
                ]
            )
            #expect(lines[1]["codeSha256"]?.text == Fingerprint(of: "lost").description)
        }
    }

    @Test func `Calls of agents are told with session and code, and refusals of the protocol are refused`()
        async throws
    {
        var dispatch = ScriptedDispatch { spec, session throws(Failure) in
            if spec.input.text == "full" { throw Failure(.tooManyRequests, "Full.") }
            return ScriptedDispatch.report(spec, session)
        }
        dispatch.mcp = MCPSettings(isEnabled: true)
        try await with(dispatch) { server, _, path in
            let unknown = #"{"jsonrpc":"2.0","id":1,"method":"nothing"}"#
            for body in [
                MCPTests.python("1"), MCPTests.python("full"), MCPTests.call("nothing", "{}"), unknown,
            ] {
                #expect(try await server.post(body, to: MCPTests.path).status == 200)
            }
            let told = try await lines(4, in: path).map { line in
                [line["outcome"]?.text, line["errorCode"]?.text, line["session"]?.text].map { $0 ?? "-" }
            }
            #expect(
                told == [
                    ["succeeded", "-", "instance-1"], ["refused", "TooManyRequests", "-"],
                    ["refused", "-", "-"], ["refused", "-", "-"],
                ]
            )
        }
    }

    @Test func `Executions that nobody waits for are told, and so is who reads and who cancels them`()
        async throws
    {
        let executions = PlayedExecutions()
        try await with(ScriptedDispatch(executions: executions)) { server, _, path in
            let one = "/pools/python/executions/one" + RunningServer.query
            let body = #"{"code":"1","executionType":"Asynchronous"}"#
            let named: HTTPHeaders = ["operation-id": "one"]
            _ = try await server.post(body, headers: named)
            _ = try await server.send(.GET, one)
            var stream = try await server.stream(headers: named, body: body)
            try await executions.add(
                .standardOutput(Array("out".utf8)),
                .ended(Outcome(status: .failed, duration: .milliseconds(7)))
            )
            let events = try await stream.all()
            _ = try await server.send(.GET, one)
            _ = try await server.send(.DELETE, one)
            _ = try await server.send(.DELETE, "/pools/python/executions/two" + RunningServer.query)
            let lines = try await lines(6, in: path)
            let told = lines.map { line in
                [line["operation"]?.text, line["outcome"]?.text, line["operationId"]?.text].map { $0 ?? "-" }
            }
            let below = "/executions/{execution}"
            #expect(
                told == [
                    ["POST /executions", "begun", "one"], ["GET \(below)", "running", "one"],
                    ["POST /executions", "failed", "one"], ["GET \(below)", "failed", "one"],
                    ["DELETE \(below)", "done", "one"], ["DELETE \(below)", "refused", "two"],
                ]
            )
            let digest = Fingerprint(of: "1").description
            #expect(lines.map { $0["codeSha256"]?.text } == [digest, nil, digest, nil, nil, nil])
            #expect(lines.dropLast().allSatisfy { $0["identifier"]?.text == "abcd" })
            #expect(lines[2]["session"]?.text == "instance-1")
            #expect(events.count == 3)
            guard case .integer(let bytes) = lines[2]["bytesOut"] else {
                Issue.record("no count")
                return
            }
            #expect(bytes > 300)
        }
    }

    @Test func `A stream that breaks is told with the reason`() async throws {
        let executions = PlayedExecutions()
        try await with(ScriptedDispatch(executions: executions)) { server, _, path in
            var stream = try await server.stream(headers: ["operation-id": "one"], body: Self.body)
            #expect(try await stream.next()?.name == "started")
            try await executions.fail(Failure(.sessionLost, "Lost."))
            #expect(try await stream.all().last?.name == "error")
            let line = try #require(try await lines(1, in: path).first)
            #expect(line["outcome"]?.text == "broken")
            #expect(line["errorCode"]?.text == "SessionLost")
        }
    }

    @Test func `A client that goes away is told, too`() async throws {
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            try? await Task.sleep(for: .seconds(60))
            throw Failure(.notReady, "Cancelled.")
        }
        try await with(dispatch) { server, _, path in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    "POST /pools/python/executions\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                        + "Content-Length: \(Self.body.utf8.count)\r\n\r\n\(Self.body)"
                )
            }
            let line = try #require(try await lines(1, in: path).first)
            #expect(line["identifier"]?.text == "abcd")
            #expect(line["errorCode"]?.text == "NotReady")
        }
    }

    @Test func `When the log has no place nothing is run, and lines about refusals are dropped`() async throws
    {
        let (runs, ran) = AsyncStream.makeStream(of: Void.self)
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            ran.yield()
            return ScriptedDispatch.report(spec, session)
        }
        try await with(dispatch, bounds: .init(lines: 1)) { server, audit, path in
            let place = audit.draft(AuditEntry(operation: "held"))
            #expect(place.reserve())
            let refused = try await server.post(Self.body)
            try RefusalTests.expect(refused, 503, "AuditUnavailable")
            #expect(refused.headers["Retry-After"] == ["5"])
            place.finish()
            let isServed = try await eventually { try await server.post(Self.body).status == 200 }
            #expect(isServed)
            ran.finish()
            #expect(await runs.reduce(0) { count, _ in count + 1 } == 1)
            let told = try await lines(3, in: path).compactMap { $0["operation"]?.text }
            #expect(told.contains { $0.hasPrefix("dropped ") })
        }
    }

    @Test func `A line of hostile parts is one line, and holds no names that cannot be`() async throws {
        try await with { server, _, path in
            let query =
                "?api-version=2025-10-02-preview&identifier=%22%0a%7b%7d" + String(repeating: "x", count: 500)
            _ = try await server.post(
                Self.body,
                to: "/pools/py%22thon/executions" + query,
                headers: ["operation-id": "\"x\"" + String(repeating: "y", count: 900)]
            )
            let line = try #require(try await lines(1, in: path).first)
            #expect(line["pool"] == nil)
            #expect(line["identifier"] == nil)
            #expect(line["operationId"] == nil)
            #expect(line["status"] == .integer(400))
        }
    }
}

import API
import APIModel
import AsyncHTTPClient
import Domain
import Identity
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// The Model Context Protocol over HTTP, on a scripted cluster.
@Suite("The MCP server", .timeLimit(.minutes(2)))
struct MCPTests {
    static let path = "/pools/python/mcp"

    /// Starts a server whose pool serves agents.
    static func with(
        _ dispatch: ScriptedDispatch = ScriptedDispatch(),
        configuration: APIServerConfiguration = APIServerConfiguration(port: 0),
        _ body: @Sendable (RunningServer) async throws -> Void
    ) async throws {
        var dispatch = dispatch
        dispatch.mcp = MCPSettings(isEnabled: true)
        try await RunningServer.with(dispatch, configuration: configuration, body)
    }

    /// A request that calls a tool.
    static func call(_ tool: String, _ arguments: String, id: String = "1", meta: String = "{}") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":"#
            + #"{"name":"\#(tool)","arguments":\#(arguments),"_meta":\#(meta)}}"#
    }

    /// A request that runs Python code.
    static func python(_ code: String, id: String = "1", meta: String = "{}") -> String {
        call(
            "runPythonCodeInRemoteEnvironment",
            #"{"environmentId":"abcd","pythonCode":"\#(code)"}"#,
            id: id,
            meta: meta
        )
    }

    private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    private static let modern =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

    @Test(
        "A handshake names version, server and session; nothing later needs it, and Azure's curl says nothing in it"
    )
    func handshake() async throws {
        try await Self.with { server in
            let wanted =
                #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#
            let answer = try await server.post(wanted, to: Self.path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == ["application/json; charset=utf-8"])
            #expect(answer.json?["result"]?["protocolVersion"]?.text == "2025-06-18")
            #expect(answer.json?["result"]?["serverInfo"]?["name"]?.text == "cloister")
            let session = try #require(answer.headers["mcp-session-id"].first)
            let again = try await server.post(wanted, to: Self.path)
            #expect(again.headers["mcp-session-id"].first != session)
            let bare = try await server.post(
                #"{"jsonrpc":"2.0","id":"1","method":"initialize"}"#,
                to: Self.path
            )
            #expect(bare.json?["id"]?.text == "1" && bare.json?["result"]?["protocolVersion"] != nil)
            let azure = "/subscriptions/s/resourceGroups/g/sessionPools/python/mcp"
            #expect(try await server.post(Self.python("1"), to: azure).json?["result"] != nil)
        }
    }

    @Test(
        "What does not do has its number and its status",
        arguments: [
            ("{", [:], 400, -32_700), ("{}", [:], 400, -32_600), ("7", [:], 400, -32_600),
            ("[]", [:], 400, -32_600),
            (#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#, [:], 200, -32_601),
            (#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#, [:], 200, -32_601),
            (#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#, [:], 200, -32_601),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#, [:], 200, -32_602),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#, [:], 200, -32_602),
            (ping, ["MCP-Protocol-Version": "1999-01-01"], 400, -32_022),
            (ping, ["MCP-Protocol-Version": "2026-07-28"], 400, -32_602),
            ("[\(ping)]", ["MCP-Protocol-Version": "2025-06-18"], 400, -32_600),
            (
                #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(modern)}}"#,
                ["MCP-Protocol-Version": "2026-07-28"], 400, -32_020
            ),
            (
                #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{\#(modern)}}"#,
                ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "ping"], 404, -32_601
            ),
            (
                #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{\#(modern)}}"#,
                ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "initialize"], 404, -32_601
            ),
            (
                #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nope",\#(modern)}}"#,
                ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "nope"], 400,
                -32_602
            ),
        ] as [(String, [String: String], Int, Int)]
    )
    func refusals(body: String, headers: [String: String], status: Int, code: Int) async throws {
        try await Self.with { server in
            let answer = try await server.post(
                body,
                to: Self.path,
                headers: HTTPHeaders(headers.map { ($0, $1) })
            )
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.json?["error"]?["code"] == .integer(code), "\(answer.text)")
            #expect(answer.json?["jsonrpc"]?.text == "2.0")
        }
    }

    @Test("Each request of the version without handshake says all itself, and each result what it is")
    func stateless() async throws {
        try await Self.with { server in
            let headers: HTTPHeaders = [
                "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "server/discover",
            ]
            let answer = try await server.post(
                #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{\#(Self.modern)}}"#,
                to: Self.path,
                headers: headers
            )
            let result = try #require(answer.json?["result"])
            #expect(result["resultType"]?.text == "complete")
            #expect(result["ttlMs"] != nil && result["cacheScope"]?.text == "public")
            #expect(answer.headers["mcp-session-id"].isEmpty)
            guard case .array(let versions)? = result["supportedVersions"] else { return }
            #expect(versions.first == .string("2026-07-28") && versions.count == 5)
        }
    }

    @Test("Notifications and answers are taken without a word; there is nothing to get")
    func notifications() async throws {
        try await Self.with { server in
            for body in [
                #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
                #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
                #"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"[{"jsonrpc":"2.0","method":"notifications/x"}]"#,
            ] {
                let answer = try await server.post(body, to: Self.path)
                #expect(answer.status == 202 && answer.text.isEmpty, "\(body)")
            }
            let answer = try await server.send(.GET, Self.path)
            #expect(answer.status == 405 && answer.headers["allow"] == ["POST, DELETE"])
        }
    }

    @Test("A batch is answered as a list, and calls one tool at most")
    func batches() async throws {
        try await Self.with { server in
            let batch = "[\(Self.ping),7,\(Self.python("1", id: "2"))]"
            guard case .array(let answers)? = try await server.post(batch, to: Self.path).json else {
                Issue.record("no list")
                return
            }
            #expect(answers.count == 3)
            #expect(answers[0]["result"] == .object([]))
            #expect(answers[1]["error"]?["code"] == .integer(-32_600))
            #expect(answers[2]["result"]?["structuredContent"]?["result"]?.text == "2")
            let listening = "[\(Self.python("1", meta: #"{"progressToken":"p"}"#))]"
            let told = try await server.post(
                listening,
                to: Self.path,
                headers: ["Accept": "application/json, text/event-stream"]
            )
            guard case .array(let results)? = told.json else {
                Issue.record("no list where events could have come")
                return
            }
            #expect(told.status == 200 && results.count == 1)
            #expect(results[0]["result"]?["structuredContent"]?["result"]?.text == "2")
            let twice = "[\(Self.python("1")),\(Self.python("1", id: "2"))]"
            #expect(try await server.post(twice, to: Self.path).json?["error"]?["code"] == .integer(-32_600))
        }
    }

    @Test("A page from elsewhere is turned away; local ones, the public address and programs are not")
    func origins() async throws {
        let configuration = APIServerConfiguration(port: 0, publicOrigin: "https://cloister.example:8443")
        try await Self.with(configuration: configuration) { server in
            for origin in ["http://localhost", "http://127.0.0.1:6274", "https://cloister.example:8443"] {
                #expect(
                    try await server.post(Self.ping, to: Self.path, headers: ["Origin": origin]).status == 200
                )
            }
            for origin in [
                "http://evil.example", "http://localhost.evil.example", "http://127.0.0.1.nip.io", "null", "",
                "https://cloister.example",
            ] {
                let answer = try await server.post(Self.ping, to: Self.path, headers: ["Origin": origin])
                #expect(answer.status == 403, "\(origin)")
            }
            // What the page's name resolves to says nothing about it.
            let rebound: HTTPHeaders = ["Origin": "http://evil.example", "Host": "evil.example"]
            #expect(try await server.post(Self.ping, to: Self.path, headers: rebound).status == 403)
        }
    }

    @Test("A pool without MCP server says so, and so do missing rights and bodies that are too long")
    func refusedBeforehand() async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(Self.ping, to: Self.path)
            #expect(answer.status == 400 && answer.code == "SessionMCPServerNotEnabled")
            #expect(try await server.post(Self.ping, to: "/pools/none/mcp").code == "SessionPoolNotFound")
        }
        try await Self.with { server in
            let limited = try await server.post(Self.ping, to: Self.path, key: RunningServer.limitedKey)
            #expect(limited.status == 403)
            #expect(try await server.post(Self.ping, to: Self.path, key: nil).status == 401)
            let long = String(repeating: " ", count: MCPLimits.bodyBytes + 1)
            #expect(try await server.post(long, to: Self.path).code == "PayloadTooLarge")
        }
    }
}

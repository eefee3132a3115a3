import API
import APIModel
import AsyncHTTPClient
import Domain
import Identity
import NIOCore
import NIOHTTP1
import Telemetry
import Testing

/// The routes of terminals.
@Suite(.timeLimit(.minutes(2))) struct TerminalTests {
    private static let terminals = "/pools/python/terminals"
    private static let one = terminals + "/000000000000abcd"
    private static let query = RunningServer.query

    private static func with(
        silence: Duration = .seconds(15),
        access: APIAccess? = nil,
        _ body: @Sendable (RunningServer, ScriptedTerminals) async throws -> Void
    ) async throws {
        let terminal = ScriptedTerminals()
        let access = access ?? APIAccess(authenticator: PlayedAuthenticator())
        try await RunningServer.with(
            ScriptedDispatch(terminal: terminal),
            configuration: APIServerConfiguration(port: 0, streamSilence: silence),
            access: access
        ) { server in try await body(server, terminal) }
    }

    private static func opened(_ server: RunningServer) async throws {
        #expect(try await server.ask(.POST, terminals + query).status == 201)
    }

    @Test func `A terminal is opened with what is usual, or with what the body says`() async throws {
        try await Self.with { server, terminal in
            let usual = try await server.ask(.POST, Self.terminals + Self.query)
            #expect(usual.status == 201)
            #expect(usual.headers["Location"] == [Self.one + Self.query])
            #expect(usual.json?["id"] == .string("000000000000abcd"))
            #expect(usual.json?["state"] == .string("Running"))
            #expect(usual.json?["columns"] == .integer(80) && usual.json?["rows"] == .integer(24))
            let standard = try TerminalSpec()
            #expect(terminal.now.spec == standard)
            let body = #"{"columns":1000,"rows":1,"term":"vt100","command":["python3","-q"]}"#
            let wanted = try await server.ask(.POST, Self.terminals + Self.query, body)
            #expect(wanted.json?["command"] == .array([.string("python3"), .string("-q")]))
            #expect(terminal.now.spec?.kind == "vt100" && terminal.now.size.columns == 1_000)
        }
    }

    @Test(arguments: [
        (#"{"columns":0}"#, "SessionRequestValidationFailed"),
        (#"{"rows":1001}"#, "SessionRequestValidationFailed"),
        (#"{"term":"a b"}"#, "SessionRequestValidationFailed"),
        (#"{"term":""}"#, "SessionRequestValidationFailed"),
        (#"{"command":[""]}"#, "SessionRequestValidationFailed"),
        (#"{"command":["a\u0000"]}"#, "SessionRequestValidationFailed"),
        (#"{"command":"ls"}"#, "SessionPropertiesMissing"),
        (#"{"columns":1.5}"#, "SessionPropertiesMissing"),
        ("[]", "SessionPropertiesMissing"),
    ])
    func `What no terminal can be opened with is refused`(body: String, code: String) async throws {
        try await Self.with { server, terminal in
            let answer = try await server.ask(.POST, Self.terminals + Self.query, body)
            try RefusalTests.expect(answer, 400, code)
            #expect(terminal.now.spec == nil)
        }
    }

    @Test func `Output is sent as it comes, from the place that was asked for, and ends with the terminal`()
        async throws
    {
        try await Self.with { server, terminal in
            try await Self.opened(server)
            terminal.change { $0.output = Array("01234".utf8) }
            async let answer = server.ask(.GET, Self.one + "/output" + Self.query + "&from=2")
            while terminal.now.reads < 2 { try await Task.sleep(for: .milliseconds(2)) }
            terminal.change { $0.output += Array("56".utf8) }
            while terminal.now.reads < 3 { try await Task.sleep(for: .milliseconds(2)) }
            terminal.change {
                $0.output += Array("7".utf8)
                $0.end = TerminalEnd(cause: .exited, exitCode: 3)
            }
            let whole = try await answer
            #expect(whole.status == 200)
            #expect(whole.headers["Content-Type"] == ["application/octet-stream"])
            #expect(whole.headers["x-ms-cloister-terminal-position"] == ["2"])
            #expect(whole.text == "234567")
            let state = try await server.ask(.GET, Self.one + Self.query)
            #expect(state.json?["state"] == .string("Ended") && state.json?["exitCode"] == .integer(3))
            #expect(state.json?["endCause"] == .string("Exited"))
        }
    }

    @Test func `An answer with nothing to say ends after a while, and the terminal goes on`() async throws {
        try await Self.with(silence: .milliseconds(200)) { server, terminal in
            try await Self.opened(server)
            terminal.change { $0.output = Array("1".utf8) }
            let first = try await server.ask(.GET, Self.one + "/output" + Self.query)
            #expect(first.status == 200 && first.text == "1")
            terminal.change { $0.output += Array("2".utf8) }
            let second = try await server.ask(.GET, Self.one + "/output" + Self.query + "&from=1")
            #expect(second.text == "2")
        }
    }

    @Test func `Who is so late that something is not kept any more is told so, before or by an early end`()
        async throws
    {
        try await Self.with { server, terminal in
            try await Self.opened(server)
            terminal.change { $0.output = Array("1".utf8) }
            async let answer = server.ask(.GET, Self.one + "/output" + Self.query)
            while terminal.now.reads < 2 { try await Task.sleep(for: .milliseconds(2)) }
            terminal.change {
                $0.beginning = 50
                $0.output = Array("5".utf8)
            }
            #expect(try await answer.text == "1")
            async let again = server.ask(.GET, Self.one + "/output" + Self.query + "&from=1")
            while terminal.now.reads < 4 { try await Task.sleep(for: .milliseconds(2)) }
            terminal.change { $0.end = TerminalEnd(cause: .closed, exitCode: 129) }
            #expect(try await again.headers["x-ms-cloister-terminal-position"] == ["50"])
            #expect(try await again.text == "5")
        }
    }

    @Test func `A failure while output is sent ends the answer, and whoever asks is told`() async throws {
        try await Self.with { server, terminal in
            try await Self.opened(server)
            terminal.change { $0.output = Array("1".utf8) }
            async let answer = server.ask(.GET, Self.one + "/output" + Self.query)
            while terminal.now.reads < 2 { try await Task.sleep(for: .milliseconds(2)) }
            terminal.change { $0.failure = Failure(.terminalNotFound, "The session has ended (cooldown).") }
            #expect(try await answer.text == "1")
            let state = try await server.ask(.GET, Self.one + Self.query)
            try RefusalTests.expect(state, 404, "TerminalNotFound")
        }
    }

    @Test func `What is typed arrives byte for byte, once; more than a piece is refused`() async throws {
        try await Self.with { server, terminal in
            try await Self.opened(server)
            for _ in 0..<2 {
                let answer = try await server.ask(
                    .POST,
                    Self.one + "/input" + Self.query + "&from=0",
                    "a\u{3}\r\né"
                )
                #expect(answer.status == 200 && answer.json?["inputPosition"] == .integer(6))
            }
            #expect(terminal.now.input == Array("a\u{3}\r\né".utf8))
            let most = String(repeating: "x", count: TerminalLimits.inputBytes)
            let path = Self.one + "/input" + Self.query
            #expect(try await server.ask(.POST, path, most).status == 200)
            try RefusalTests.expect(
                try await server.ask(.POST, path, most + "x"),
                413,
                "PayloadTooLarge"
            )
            for place in ["-1", "x", "+1", "1.0", "99999999999999999999"] {
                let answer = try await server.ask(.POST, path + "&from=\(place)", "x")
                try RefusalTests.expect(answer, 400, "SessionRequestValidationFailed")
            }
        }
    }

    @Test func `A terminal is resized and closed; names that none can have are those that none has`()
        async throws
    {
        try await Self.with { server, terminal in
            try await Self.opened(server)
            let resized = try await server.ask(
                .PATCH,
                Self.one + Self.query,
                #"{"columns":7,"rows":8}"#
            )
            #expect(resized.status == 200 && resized.json?["columns"] == .integer(7))
            let half = try await server.ask(.PATCH, Self.one + Self.query, #"{"columns":7}"#)
            try RefusalTests.expect(half, 400, "SessionPropertiesMissing")
            #expect(try await server.ask(.DELETE, Self.one + Self.query).status == 204)
            #expect(terminal.now.isClosed)
            for name in [
                "0", "000000000000abcg", "+00000000000abcd", "000000000000abcd0", "000000000000abce",
            ] {
                let answer = try await server.ask(.GET, Self.terminals + "/" + name + Self.query)
                try RefusalTests.expect(answer, 404, "TerminalNotFound")
            }
            let list = try await server.ask(.GET, Self.terminals + Self.query)
            guard case .array(let all)? = list.json?["value"] else {
                Issue.record("no list: \(list.text)")
                return
            }
            #expect(all.map { $0["id"]?.text } == ["000000000000abcd"])
        }
    }

    @Test func `Without the right to run code there are no terminals`() async throws {
        let caller = Caller(name: "looks", rights: [.files, .sessions])
        let access = APIAccess(authenticator: PlayedAuthenticator(callers: [RunningServer.key: caller]))
        try await Self.with(access: access) { server, terminal in
            for (method, path) in [
                (HTTPMethod.POST, Self.terminals), (.GET, Self.terminals), (.GET, Self.one),
                (.PATCH, Self.one), (.DELETE, Self.one), (.GET, Self.one + "/output"),
                (.POST, Self.one + "/input"),
            ] {
                let answer = try await server.ask(method, path + Self.query)
                #expect(answer.status == 403, "\(method) \(path)")
            }
            #expect(terminal.now.spec == nil)
        }
    }

    @Test func `Typing has a rate of its own, so that neither code nor keys use the other's up`() async throws
    {
        let access = APIAccess(
            authenticator: PlayedAuthenticator(),
            rate: try RequestRate(perMinute: 1, burst: 2)
        )
        try await Self.with(access: access) { server, _ in
            try await Self.opened(server)
            #expect(try await server.post(#"{"code":"1"}"#).status == 200)
            let refused = try await server.post(#"{"code":"1"}"#)
            try RefusalTests.expect(refused, 429, "TooManyRequests")
            for _ in 1...20 {
                let answer = try await server.ask(.POST, Self.one + "/input" + Self.query, "x")
                #expect(answer.status == 200)
                #expect(answer.headers["RateLimit-Limit"] == ["40"])
            }
            // Another one is opened at the rate of everything else.
            try RefusalTests.expect(
                try await server.ask(.POST, Self.terminals + Self.query),
                429,
                "TooManyRequests"
            )
        }
    }
}

extension RunningServer {
    fileprivate func ask(
        _ method: HTTPMethod,
        _ pathAndQuery: String,
        _ body: String? = nil
    ) async throws -> Answer {
        try await send(method, pathAndQuery, body: body.map { .bytes(ByteBuffer(string: $0)) })
    }
}

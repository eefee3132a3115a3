import APIModel
import Domain
import NIOHTTP1
import Testing

@Suite struct FailureTests {
    private static let body = #"{"code":"1"}"#

    @Test(arguments: FailureCode.all.map(\.name).filter { $0 != "Forbidden" })
    func `Whatever the cluster fails with has its status and stands in the contract's envelope`(name: String)
        async throws
    {
        let code = try #require(FailureCode.named(name))
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in throw Failure(code, "A reason.") }
        try await RunningServer.with(dispatch) { server in
            let answer = try await server.post(Self.body)
            let expected = code == .invalidConfiguration ? .internalError : code
            try RefusalTests.expect(answer, expected.httpStatus, expected.name)
            #expect(answer.message.hasPrefix(expected == .internalError ? expected.meaning : "A reason."))
            #expect((answer.headers.first(name: "Retry-After") != nil) == (code.httpStatus == 429))
            #expect((answer.json?["code"] != nil) == (code.httpStatus == 429))
        }
    }

    @Test func `A lack of room is told in every form that clients of Azure look for`() async throws {
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            throw Failure(.sessionsCountExceedsLimit, "There are 5 of 5 sessions.", retryAfterSeconds: 7)
        }
        try await RunningServer.with(dispatch) { server in
            let answer = try await server.post(Self.body)
            try RefusalTests.expect(answer, 429, "SessionsCountExceedsLimit")
            #expect(answer.headers["retry-after"] == ["7"])
            #expect(answer.json?["code"] == .string("SessionsCountExceedsLimit"))
            #expect(answer.json?["message"] == .string(answer.message))
            #expect(answer.message.contains("There are 5 of 5 sessions."))
            #expect(
                answer.message.contains(
                    "Error happened when allocating pod for identifier abcd in pool python"
                )
            )
        }
    }

    @Test func `A defect is logged with the trace id, and nothing of it reaches the client`() async throws {
        let capture = LogCapture()
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            throw Failure(.internalError, "secret /var/lib/cloister broke")
        }
        try await RunningServer.with(dispatch, logger: capture.logger()) { server in
            let answer = try await server.post(Self.body)
            try RefusalTests.expect(answer, 500, "InternalError")
            #expect(!answer.text.contains("secret"))
            let trace = try #require(answer.json?["error"]?["traceId"]?.text)
            let lines = capture.all.filter { $0.contains(trace) && $0.contains("secret") }
            #expect(lines.count == 1)
            #expect(lines.first?.hasPrefix("error ") == true)
        }
    }

    @Test func `Neither keys nor identifiers nor code are logged`() async throws {
        let capture = LogCapture()
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in throw Failure(.sandboxFailed, "It broke.") }
        try await RunningServer.with(dispatch, logger: capture.logger()) { server in
            let query = "?api-version=2025-10-02-preview&identifier=private-session"
            _ = try await server.post(#"{"code":"private-code"}"#, to: "/pools/python/executions" + query)
            _ = try await server.post(#"{"code":"private-code""#, to: "/pools/python/executions" + query)
            _ = try await server.post("", to: "/pools/python/executions" + query, key: "private-key")
        }
        #expect(capture.all.contains { $0.contains("SandboxFailed") })
        #expect(capture.all.filter { $0.contains("private") || $0.contains(RunningServer.key) } == [])
    }

    @Test func `A failure while the pool is looked up is answered like any other`() async throws {
        try await RunningServer.with(ScriptedDispatch(pools: [])) { server in
            try RefusalTests.expect(try await server.post(Self.body), 404, "SessionPoolNotFound")
        }
    }
}

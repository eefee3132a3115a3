import APIModel
import Domain
import NIOHTTP1
import Testing

/// Executions that nobody waits for.
@Suite(.timeLimit(.minutes(2))) struct AsynchronousTests {
    private static let body =
        #"{"code":"1+1","executionType":"asynchronous","outputStreamsMaxLength":4}"#
    private static let one = "/pools/python/executions/one"
    private static let named: HTTPHeaders = ["operation-id": "one"]
    private static let done = ExecutionEvent.ended(Outcome(status: .succeeded, duration: .milliseconds(7)))

    @Test func `An execution is taken in at once, and read until it has ended`() async throws {
        let executions = PlayedExecutions()
        try await RunningServer.with(ScriptedDispatch(executions: executions)) { server in
            let taken = try await server.post(Self.body, headers: Self.named)
            #expect(taken.status == 202)
            let location = Self.one + RunningServer.query
            for (name, value) in [
                "operation-id": "one", "operation-location": location, "retry-after": "1",
                "x-ms-session-guid": "instance-1", "x-ms-new-allocation": "true",
            ] { #expect(taken.headers[name] == [value], "\(name)") }
            let head = #"{"id":"one","identifier":"abcd","executionType":"asynchronous","status":"#
            #expect(taken.text == head + #""NotStarted"}"#)

            try await executions.add(.standardOutput(Array("12".utf8)))
            let running = try await server.send(.GET, location)
            #expect(running.status == 200)
            #expect(running.text == head + #""Running"}"#)
            #expect(running.headers["retry-after"] == ["1"])

            // More than a page, and a limit that the first request set.
            for text in ["34", "56", "78"] { try await executions.add(.standardOutput(Array(text.utf8))) }
            try await executions.add(.value(ResultValue(text: "2", json: "2")), Self.done)
            for _ in 0..<2 {
                let ended = try await server.send(.GET, location)
                #expect(ended.status == 200)
                #expect(
                    ended.text == head
                        + #""Succeeded","result":{"stdout":"1234","stderr":"","executionResult":2,"#
                        + #""executionTimeInMilliseconds":7,"truncated":["stdout"]}}"#
                )
                #expect(ended.headers["x-ms-cloister-truncated"] == ["stdout"])
                #expect(ended.headers["operation-location"] == [location])
                #expect(ended.headers["retry-after"].isEmpty)
            }
        }
    }

    @Test
    func `Asked again with its name it does not run again, and once it has ended the answer has it all`()
        async throws
    {
        let executions = PlayedExecutions()
        try await RunningServer.with(ScriptedDispatch(executions: executions)) { server in
            for _ in 0..<2 {
                #expect(try await server.post(Self.body, headers: Self.named).status == 202)
            }
            try await executions.add(Self.done)
            let again = try await server.post(Self.body, headers: Self.named)
            #expect(again.status == 200)
            #expect(again.json?["status"] == .string("Succeeded"))
            #expect(await executions.begun.count == 1)
        }
    }

    @Test(arguments: ["/code/execute", "/execute", "/python/execute"])
    func `The older routes do not wait either, in their own shape`(path: String) async throws {
        let executions = PlayedExecutions()
        try await RunningServer.with(ScriptedDispatch(executions: executions)) { server in
            let taken = try await server.post(
                #"{"properties":{"code":"1","executionType":"Asynchronous"}}"#,
                to: "/pools/python\(path)" + RunningServer.query,
                headers: Self.named
            )
            #expect(taken.status == 202)
            #expect(taken.json?["properties"]?["status"] == .string("NotStarted"))
            #expect(taken.json?["properties"]?["stdout"] == .string(""))
            #expect(taken.headers["operation-location"] == [Self.one + RunningServer.query])
        }
    }

    @Test func `An execution is cancelled by its name, once and again`() async throws {
        let executions = PlayedExecutions()
        try await RunningServer.with(ScriptedDispatch(executions: executions)) { server in
            _ = try await server.post(Self.body, headers: Self.named)
            for _ in 0..<2 {
                let answer = try await server.send(.DELETE, Self.one + RunningServer.query)
                #expect(answer.status == 204)
                #expect(answer.text.isEmpty)
            }
            #expect(await executions.cancelled.map(\.text) == ["one", "one"])
            let read = try await server.send(.GET, Self.one + RunningServer.query)
            #expect(read.json?["status"] == .string("Canceled"))
        }
    }

    @Test(arguments: [HTTPMethod.GET, .DELETE])
    func `An execution that is not there, or could not be, is not found`(method: HTTPMethod) async throws {
        try await RunningServer.with { server in
            for name in ["other", "a%20b", String(repeating: "x", count: 200), "%zz"] {
                let path = "/pools/python/executions/\(name)" + RunningServer.query
                try RefusalTests.expect(try await server.send(method, path), 404, "ExecutionNotFound")
            }
            let withoutSession = try await server.send(method, Self.one + "?api-version=2025-10-02-preview")
            try RefusalTests.expect(withoutSession, 400, "SessionRequestValidationFailed")
            let withoutRight = try await server.send(
                method,
                Self.one + RunningServer.query,
                key: RunningServer.limitedKey
            )
            try RefusalTests.expect(withoutRight, 403, "Forbidden")
        }
    }

    @Test func `What keeps an execution from being taken in is told as ever`() async throws {
        let full = PlayedExecutions(refusal: Failure(.sessionsCountExceedsLimit, "Full."))
        try await RunningServer.with(ScriptedDispatch(executions: full)) { server in
            for accept in ["application/json", "text/event-stream"] {
                let answer = try await server.post(Self.body, headers: ["Accept": accept])
                #expect(answer.status == 429)
                #expect(answer.message.contains("Error happened when allocating pod for identifier abcd"))
            }
        }
    }

    @Test func `A shell pool answers a command in the same way, with its exit code`() async throws {
        let executions = PlayedExecutions()
        let dispatch = ScriptedDispatch(executions: executions, runtime: .shell)
        try await RunningServer.with(dispatch) { server in
            let taken = try await server.post(
                #"{"shellCommand":"exit 3","executionType":"Asynchronous"}"#,
                headers: Self.named
            )
            #expect(taken.status == 202)
            try await executions.add(
                .ended(Outcome(status: .failed, duration: .milliseconds(7), exitCode: 3))
            )
            let ended = try await server.send(.GET, Self.one + RunningServer.query)
            #expect(
                ended.text == #"{"id":"one","identifier":"abcd","executionType":"Asynchronous","status":"3","#
                    + #""result":{"stdout":"","stderr":"","executionTimeInMilliseconds":7}}"#
            )
        }
    }

    @Test func `A session that was lost is told to who asks for its execution`() async throws {
        let executions = PlayedExecutions()
        try await RunningServer.with(ScriptedDispatch(executions: executions)) { server in
            _ = try await server.post(Self.body, headers: Self.named)
            try await executions.fail(Failure(.sessionLost, "Lost."))
            let answer = try await server.send(.GET, Self.one + RunningServer.query)
            try RefusalTests.expect(answer, 502, "SessionLost")
        }
    }
}

/// Short commands, which are answered when they have ended.
@Suite struct ShellTests {
    @Test func `A shell pool runs what the body says and answers with exit codes`() async throws {
        let (specs, continuation) = AsyncStream<ExecutionSpec>.makeStream()
        var dispatch = ScriptedDispatch { spec, session throws(Failure) in
            continuation.yield(spec)
            return ScriptedDispatch.report(
                spec,
                session,
                outcome: Outcome(status: .timedOut, duration: .milliseconds(2345), exitCode: 137)
            )
        }
        dispatch.runtime = .shell
        try await RunningServer.with(dispatch) { server in
            let body = #"{"shellCommand":"cat","stdin":"x","timeoutInSeconds":2}"#
            let flat = try await server.post(body)
            #expect(flat.json?["status"] == .string("-1"))
            #expect(flat.json?["executionType"] == nil)
            #expect(flat.json?["result"]?["executionResult"] == nil)
            #expect(flat.json?["result"]?["executionTimeInMilliseconds"] == .integer(2345))
            #expect(flat.headers["x-ms-container-execution-duration"] == ["2345"])
            let spec = try #require(await specs.nextElement())
            #expect(spec.input == ExecutionInput(.shellCommand("cat"), standardInput: [0x78]))

            let wrapped = try await server.post(body, to: "/pools/python/execute" + RunningServer.query)
            #expect(wrapped.json?["properties"]?["status"] == .string("Failure"))
            let code = try await server.post(#"{"code":"1"}"#)
            try RefusalTests.expect(code, 400, "SessionRequestNotSupported")
            #expect(code.message.contains("send shellCommand"))
        }
    }
}

@Suite struct MetadataTests {
    @Test func `What a pool has installed is told, with a kernel where there is one`() async throws {
        typealias Package = ImageDescription.Package
        var dispatch = ScriptedDispatch()
        dispatch.imageDescription = ImageDescription(
            runtimes: [Package(name: "python", version: "3.13.5")],
            packages: [Package(name: "numpy", version: "2.1"), Package(name: "pandas", version: "2.2")],
            kernel: .init(
                name: "ipython",
                version: "9",
                projectURL: "https://ipython.org",
                description: "A."
            ),
            createdMilliseconds: 1_000
        )
        let path = "/pools/python/metadata?api-version=2025-10-02-preview"
        let expected =
            #"{"runtimes":[{"name":"python","version":"3.13.5"}],"preInstalledPackages":"#
            + #"[{"name":"numpy","version":"2.1"},{"name":"pandas","version":"2.2"}],"#
            + #""createdAt":"1970-01-01T00:00:01.0000000Z","lastUpdatedAt":"1970-01-01T00:00:01.0000000Z""#
        let kernel =
            #","jupyterKernel":{"name":"ipython","version":"9","projectUrl":"https://ipython.org","#
            + #""description":"A."}"#
        try await RunningServer.with(dispatch) { server in
            #expect(try await server.send(.GET, path).text == expected + kernel + "}")
            let other = try await server.send(.GET, "/pools/other/metadata?api-version=2025-10-02-preview")
            try RefusalTests.expect(other, 404, "SessionPoolNotFound")
        }
        dispatch.imageDescription.kernel = nil
        try await RunningServer.with(dispatch) { server in
            let shell = try await server.send(.GET, path)
            #expect(shell.text == expected + "}")
        }
    }
}

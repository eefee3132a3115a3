import API
import APIModel
import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Executions whose events are sent while they go on.
@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    private static let body = #"{"code":"1+1"}"#
    private static let named: HTTPHeaders = ["operation-id": "one"]
    private static let location = "/pools/python/executions/one" + RunningServer.query
    private static let png = ExecutionEvent.image(ResultImage(format: "png", bytes: [1, 2, 3]))
    private static let done = ExecutionEvent.ended(Outcome(status: .succeeded, duration: .milliseconds(7)))

    private static func output(_ text: String) -> ExecutionEvent { .standardOutput(Array(text.utf8)) }

    private static func with(
        silence: Duration = .seconds(15),
        runtime: Runtime = .python,
        _ body: @Sendable (RunningServer, PlayedExecutions) async throws -> Void
    ) async throws {
        let executions = PlayedExecutions()
        try await RunningServer.with(
            ScriptedDispatch(executions: executions, runtime: runtime),
            configuration: APIServerConfiguration(port: 0, streamSilence: silence)
        ) { server in try await body(server, executions) }
    }

    @Test func `Every event arrives while the code still runs, and the end says how it went`() async throws {
        try await Self.with { server, executions in
            var stream = try await server.stream(headers: Self.named, body: Self.body)
            #expect(stream.status == 200)
            for (name, value) in [
                "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no",
                "operation-id": "one", "operation-location": Self.location,
                "x-ms-session-guid": "instance-1",
            ] { #expect(stream.headers[name] == [value], "\(name)") }
            #expect(stream.headers["content-encoding"].isEmpty && stream.headers["content-length"].isEmpty)
            let started = try #require(try await stream.next())
            #expect(started.name == "started")
            #expect(started.data?["id"] == .string("one"))
            #expect(started.data?["identifier"] == .string("abcd"))
            #expect(started.data?["sessionInstance"] == .string("instance-1"))
            #expect(started.data?["status"] == .string("NotStarted"))

            // Each is sent only when the one before has been read.
            try await executions.add(Self.output("a\r\nb\n"))
            var event = try #require(try await stream.next())
            #expect([event.name, event.text] == ["stdout", "a\r\nb\n"])
            try await executions.add(.standardError([0x78, 0xff]))
            event = try #require(try await stream.next())
            #expect([event.name, event.text] == ["stderr", "x\u{FFFD}"])
            try await executions.add(.value(ResultValue(text: "2", json: "2")))
            event = try #require(try await stream.next())
            #expect(event.name == "result" && event.data?["executionResult"] == .integer(2))
            try await executions.add(Self.png)
            event = try #require(try await stream.next())
            #expect(event.name == "image" && event.data?["base64_data"] == .string("AQID"))
            try await executions.add(Self.done)
            event = try #require(try await stream.next())
            #expect(event.name == "end")
            #expect(event.data?["status"] == .string("Succeeded"))
            #expect(event.data?["executionType"] == .string("Synchronous"))
            #expect(event.data?["stateLost"] == .boolean(false))
            #expect(event.data?["error"] == nil)
            #expect(event.data?["result"]?["executionTimeInMilliseconds"] == .integer(7))
            #expect(event.data?["result"]?["truncated"] == .array([]))
            #expect(try await stream.next() == nil)
        }
    }

    @Test func `A client that lost its connection goes on where it was: nothing twice, nothing missing`()
        async throws
    {
        try await Self.with { server, executions in
            var first = try await server.stream(
                headers: Self.named,
                body: #"{"code":"1","outputStreamsMaxLength":5}"#
            )
            try await executions.add(Self.output("ab"), Self.output("cdé"), Self.output("f"), Self.png)
            try await executions.add(.standardError([0x78]), Self.output("g"), Self.done)
            let whole = try await first.all()
            #expect(whole.map(\.name) == ["started", "stdout", "stdout", "image", "stderr", "end"])
            #expect(whole.map(\.text).joined() == "abcdx")
            #expect(whole.last?.data?["result"]?["truncated"] == .array([.string("stdout")]))
            for (index, event) in whole.enumerated() {
                let id = try #require(event.id)
                var read = try await server.stream(.GET, Self.location, headers: ["Last-Event-ID": id])
                var asked = try await server.stream(
                    headers: ["operation-id": "one", "Last-Event-ID": id],
                    body: #"{"code":"1","outputStreamsMaxLength":5}"#
                )
                let isOver = event.name == "end"
                #expect(read.status == (isOver ? 204 : 200) && asked.status == read.status)
                #expect(try await read.all() == Array(whole[(index + 1)...]), "\(id)")
                #expect(try await asked.all() == Array(whole[(index + 1)...]), "\(id)")
            }
            var again = try await server.stream(.GET, Self.location)
            #expect(
                try await again.all()
                    == whole.map { event in
                        var event = event
                        if event.name == "started", case .object(let members) = event.data {
                            event.data = .object(
                                members.map { $0.name == "status" ? .init("status", .string("Running")) : $0 }
                            )
                        }
                        return event
                    }
            )
            #expect(await executions.begun.count == 1)
        }
    }

    @Test(arguments: ["x", "1", "1.2", "1.2.x", "-1.0.0", "1.-1.0", "1.0.0.0", "99999999999999.0.0"])
    func `A place that is none is refused`(id: String) async throws {
        try await Self.with { server, _ in
            for method in [HTTPMethod.GET, .POST] {
                let answer = try await server.send(
                    method,
                    method == .GET ? Self.location : "/pools/python/executions" + RunningServer.query,
                    headers: [
                        "Accept": "text/event-stream", "Last-Event-ID": id, "operation-id": "one",
                    ],
                    body: .bytes(ByteBuffer(string: Self.body))
                )
                try RefusalTests.expect(answer, 400, "SessionRequestValidationFailed")
            }
        }
    }

    @Test func `A place in an execution that has no name is refused, and one of an unknown execution`()
        async throws
    {
        try await Self.with { server, executions in
            let events: HTTPHeaders = ["Accept": "text/event-stream", "Last-Event-ID": "1.0.0"]
            let nameless = try await server.post(Self.body, headers: events)
            try RefusalTests.expect(nameless, 400, "SessionRequestValidationFailed")
            let unknown = try await server.send(.GET, Self.location, headers: events)
            try RefusalTests.expect(unknown, 404, "ExecutionNotFound")
            #expect(await executions.begun.isEmpty)
        }
    }

    @Test func `A stream is never silent for long, not even when the client's limit leaves nothing`()
        async throws
    {
        try await Self.with(silence: .milliseconds(50)) { server, executions in
            var stream = try await server.stream(
                headers: Self.named,
                body: #"{"code":"1","outputStreamsMaxLength":0}"#
            )
            #expect(try await stream.next()?.name == "started")
            for _ in 0..<3 { #expect(try await stream.next()?.comment == ": keep-alive") }
            let printing = Task {
                while !Task.isCancelled {
                    try await executions.add(Self.output("x"))
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            defer { printing.cancel() }
            for _ in 0..<3 { #expect(try await stream.next()?.comment == ": keep-alive") }
        }
    }

    @Test func `What breaks a stream is its last event`() async throws {
        try await Self.with { server, executions in
            var stream = try await server.stream(headers: Self.named, body: Self.body)
            #expect(try await stream.next()?.name == "started")
            try await executions.fail(Failure(.sessionLost, "Lost."))
            let error = try #require(try await stream.next())
            #expect(error.name == "error" && error.id == nil)
            #expect(error.data?["error"]?["code"] == .string("SessionLost"))
            #expect(
                error.data?["error"]?["traceId"]?.text == stream.headers.first(name: "x-ms-request-id")
            )
            #expect(try await stream.next() == nil)
        }
    }

    @Test func `A server that shuts down ends its streams at once and leaves their executions`() async throws
    {
        try await Self.with(silence: .seconds(3_600)) { server, executions in
            var stream = try await server.stream(headers: Self.named, body: Self.body)
            #expect(try await stream.next()?.name == "started")
            await server.stop()
            #expect(try await stream.next() == nil)
            #expect(await executions.cancelled.isEmpty)
        }
    }

    @Test func `A client that goes away leaves the execution as it is, and DELETE cancels it`() async throws {
        try await Self.with { server, executions in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    "POST /pools/python/executions\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                        + "Accept: text/event-stream\r\noperation-id: one\r\n"
                        + "Content-Length: \(Self.body.utf8.count)\r\n\r\n\(Self.body)"
                )
                #expect(try await connection.read(until: "\n\n\r\n") != nil)
            }
            var stream = try await server.stream(.GET, Self.location)
            #expect(try await stream.next()?.name == "started")
            try await executions.add(Self.output("x"))
            #expect(try await stream.next()?.text == "x")
            #expect(await executions.cancelled.isEmpty)
            #expect(try await server.send(.DELETE, Self.location).status == 204)
            let end = try #require(try await stream.next())
            #expect(end.data?["status"] == .string("Canceled"))
            #expect(end.data?["error"]?["code"] == .string("ExecutionCanceled"))
        }
    }

    @Test func `A client that reads slowly has events read for it no faster`() async throws {
        let executions = PlayedExecutions(pageLength: 1)
        let piece = 128 << 10
        let pieces = 64
        try await RunningServer.with(ScriptedDispatch(executions: executions)) { server in
            let spec = try ExecutionSpec(
                id: ExecutionID("one"),
                input: .code("1"),
                timeout: .seconds(1),
                limits: ExecutionLimits()
            )
            _ = try await executions.begin(spec)
            let output = ExecutionEvent.standardOutput([UInt8](repeating: 0x78, count: piece))
            for _ in 0..<pieces { try await executions.add(output) }
            try await executions.add(Self.done)
            let (bytes, greatestLead) = try await RawConnection.with(
                port: server.port,
                receiveBuffer: 64 << 10
            ) { connection in
                try await connection.send(
                    "GET \(Self.location) HTTP/1.1\r\n\(RunningServer.raw)Accept: text/event-stream\r\n"
                        + "Connection: close\r\n\r\n"
                )
                var (bytes, greatestLead) = (0, 0)
                while let text = try await connection.readSome() {
                    bytes += text.utf8.count
                    greatestLead = max(greatestLead, await executions.handedOut - bytes / piece)
                }
                return (bytes, greatestLead)
            }
            #expect(bytes > pieces * piece)
            #expect(await executions.handedOut == pieces + 1)
            // What the sockets of both sides hold.
            #expect(greatestLead < pieces * 3 / 4, "\(greatestLead)")
        }
    }

    @Test(arguments: [
        ("text/event-stream", true), ("TEXT/Event-Stream;q=0.9, application/json", true),
        ("application/json, text/event-stream", true), ("application/json", false), ("*/*", false),
        ("text/event-stream; q=0.0", false), ("text/event-streams", false),
    ])
    func `Events are for who asks for them`(accept: String, isStream: Bool) async throws {
        try await Self.with { server, executions in
            let answering = Task {
                _ = await eventually { await !executions.begun.isEmpty }
                try await executions.add(Self.done)
            }
            let headers: HTTPHeaders = ["operation-id": "one", "Accept": accept]
            let answer = try await server.post(Self.body, headers: headers)
            let type = answer.headers.first(name: "content-type")
            #expect(type?.hasPrefix("text/event-stream") == isStream, "\(type ?? "")")
            let older = try await server.post(
                Self.body,
                to: "/pools/python/execute" + RunningServer.query,
                headers: headers
            )
            #expect(older.json?["properties"]?["status"] == .string("Success"))
            answering.cancel()
        }
    }

    @Test(
        arguments: [
            (.init(status: .timedOut, duration: .seconds(3)), "Failed", "-1", "ExecutionTimedOut"),
            (
                .init(status: .failed, errorName: "E", errorMessage: "m", duration: .zero), "Failed", "1",
                "ExecutionFailed"
            ),
            (
                .init(status: .failed, duration: .zero, stateWasLost: true, wasTruncated: true), "Failed",
                "1", "ExecutionAborted"
            ),
        ] as [(Outcome, String, String, String)]
    )
    func `The end of a stream says what the headers and standard error of an answer say`(
        outcome: Outcome,
        status: String,
        exitStatus: String,
        code: String
    ) async throws {
        for runtime in [Runtime.python, .shell] {
            try await Self.with(runtime: runtime) { server, executions in
                let body = runtime == .shell ? #"{"shellCommand":"x"}"# : Self.body
                var stream = try await server.stream(headers: Self.named, body: body)
                try await executions.add(.ended(outcome))
                let end = try #require(try await stream.all().last)
                #expect(end.data?["status"] == .string(runtime == .shell ? exitStatus : status))
                #expect(end.data?["error"]?["code"] == .string(code))
                #expect(end.data?["error"]?["message"]?.text?.isEmpty == false)
                #expect(end.data?["stateLost"] == .boolean(outcome.stateWasLost))
                #expect(
                    end.data?["result"]?["truncated"]
                        == .array(outcome.wasTruncated ? [.string("output")] : [])
                )
            }
        }
    }
}

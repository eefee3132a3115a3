import API
import Domain
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    private static let body = #"{"code":"1"}"#

    private static func request(
        _ body: String = body,
        query: String = RunningServer.query,
        close: Bool = false
    ) -> String {
        "POST /pools/python/executions\(query) HTTP/1.1\r\n\(RunningServer.raw)"
            + (close ? "Connection: close\r\n" : "") + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// A cluster whose executions never end, and the news of their beginnings and cancellations.
    private struct Endless {
        let dispatch: ScriptedDispatch
        let events: AsyncStream<String>

        init() {
            let (events, continuation) = AsyncStream<String>.makeStream()
            self.events = events
            dispatch = ScriptedDispatch { _, _ throws(Failure) in
                continuation.yield("began")
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    continuation.yield("cancelled")
                }
                throw Failure(.deadlineExceeded, "The code was interrupted.")
            }
        }
    }

    @Test func `A client that goes away has its execution cancelled`() async throws {
        let endless = Endless()
        try await RunningServer.with(endless.dispatch) { server in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(Self.request())
                #expect(await endless.events.nextElement() == "began")
            }
            #expect(await endless.events.nextElement() == "cancelled")
        }
    }

    @Test
    func `A client that goes away after earlier requests on the connection has its execution cancelled`()
        async throws
    {
        let (events, continuation) = AsyncStream<String>.makeStream()
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            guard spec.input.text == "wait" else { return ScriptedDispatch.report(spec, session) }
            continuation.yield("began")
            try? await Task.sleep(for: .seconds(3600))
            continuation.yield(Task.isCancelled ? "cancelled" : "ended")
            throw Failure(.deadlineExceeded, "The code was interrupted.")
        }
        try await RunningServer.with(dispatch) { server in
            try await RawConnection.with(port: server.port) { connection in
                for _ in 0..<3 {
                    try await connection.send(Self.request())
                    #expect(try await connection.read(until: "}}")?.hasPrefix("HTTP/1.1 200 ") == true)
                }
                try await connection.send(Self.request(#"{"code":"wait"}"#))
                #expect(await events.nextElement() == "began")
            }
            #expect(await events.nextElement() == "cancelled")
        }
    }

    @Test func `A client that only stops sending is taken to be gone, too`() async throws {
        let endless = Endless()
        try await RunningServer.with(endless.dispatch) { server in
            let answer = try await RawConnection.with(port: server.port) { connection in
                try await connection.send(Self.request())
                #expect(await endless.events.nextElement() == "began")
                connection.finishSending()
                return try await connection.readToEnd()
            }
            #expect(await endless.events.nextElement() == "cancelled")
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 503 "))
        }
    }

    @Test func `A connection serves one execution after the other, pipelined or not`() async throws {
        try await RunningServer.with { server in
            try await RawConnection.with(port: server.port) { connection in
                for _ in 0..<20 {
                    try await connection.send(Self.request())
                    #expect(try await connection.read(until: "}}")?.hasPrefix("HTTP/1.1 200 ") == true)
                }
                try await connection.send(
                    Self.request() + Self.request(#"{"code":5}"#) + Self.request(close: true)
                )
                let rest = try await connection.readToEnd()
                #expect(rest.split(separator: "HTTP/1.1 200 ").count == 2)
                #expect(rest.contains("HTTP/1.1 400 "))
            }
        }
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n", "GET /pools/é HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 70_000) + "\r\n\r\n",
        "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 200) + "\r\n",
        "POST /pools/python/executions\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
            + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `What is no HTTP, or too much of it, is refused as the client's mistake and the connection closed`(
        text: String
    ) async throws {
        try await RunningServer.with { server in
            let answer = try await server.exchange(text)
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.split(separator: "HTTP/1.1 ").count == 1, "\(answer)")
            #expect(try await server.post(Self.body).status == 200)
        }
    }

    @Test func `A body that ends early does no harm`() async throws {
        try await RunningServer.with { server in
            for head in [
                "Content-Length: 100\r\n\r\n{\"code\"", "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"c",
            ] {
                try await RawConnection.with(port: server.port) { connection in
                    try await connection.send(
                        "POST /pools/python/executions\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                            + head
                    )
                    connection.finishSending()
                    let answer = try await connection.readToEnd()
                    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
                }
            }
            #expect(try await server.post(Self.body).status == 200)
        }
    }

    @Test func `A silent connection and a body that does not come are closed in time`() async throws {
        let configuration = APIServerConfiguration(
            port: 0,
            idleTimeout: .milliseconds(200),
            bodyTimeout: .milliseconds(200)
        )
        try await RunningServer.with(configuration: configuration) { server in
            let head = "POST /pools/python/executions\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
            for text in ["", "GET /heal", head, head + "Content-Length: 100\r\n\r\n{"] {
                let answer = try await server.exchange(text)
                #expect(answer.isEmpty)
            }
        }
    }

    @Test func `A body that drips is closed in time though the connection is never silent`() async throws {
        let configuration = APIServerConfiguration(
            port: 0,
            idleTimeout: .seconds(60),
            bodyTimeout: .milliseconds(300)
        )
        try await RunningServer.with(configuration: configuration) { server in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    "POST /pools/python/executions\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                        + "Content-Length: 100000\r\n\r\n"
                )
                let beginning = ContinuousClock.now
                await #expect(throws: (any Error).self) {
                    while ContinuousClock.now - beginning < .seconds(20) {
                        try await connection.send(" ")
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
            }
        }
    }

    @Test func `A graceful shutdown lets the execution in progress come to its end`() async throws {
        let (began, beginnings) = AsyncStream<Void>.makeStream()
        let (mayEnd, end) = AsyncStream<Void>.makeStream()
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            beginnings.yield()
            for await _ in mayEnd {}
            return ScriptedDispatch.report(spec, session)
        }
        try await RunningServer.with(dispatch) { server in
            async let answer = server.post(Self.body)
            await began.nextElement()
            await server.stop()
            await #expect(throws: (any Error).self) {
                while true { try await RawConnection.with(port: server.port) { _ in } }
            }
            end.finish()
            let status = try await answer.status
            #expect(status == 200)
        }
    }
}

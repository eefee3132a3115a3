import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Testing

@Suite struct HealthTests {
    @Test func `Health and readiness need no key and answer to GET and HEAD`() async throws {
        try await RunningServer.with { server in
            for path in ["/healthz", "/readyz", "/healthz/", "//readyz"] {
                #expect(try await server.send(.GET, path, key: nil).status == 200)
                let head = try await server.send(.HEAD, path, key: nil)
                #expect(head.status == 200)
                #expect(head.text.isEmpty)
            }
            #expect(try await server.send(.GET, "/healthz", key: nil).text == #"{"status":"alive"}"#)
            #expect(try await server.send(.GET, "/readyz", key: nil).text == #"{"status":"ready"}"#)
        }
    }

    @Test func `A node that cannot serve says why, and is alive all the same`() async throws {
        let dispatch = ScriptedDispatch(
            reason: Failure(.noWorkerAvailable, "No worker yet.", retryAfterSeconds: 3)
        )
        try await RunningServer.with(dispatch) { server in
            let ready = try await server.send(.GET, "/readyz", key: nil)
            #expect(ready.status == 503)
            #expect(ready.code == "NoWorkerAvailable")
            #expect(ready.message == "No worker yet.")
            #expect(ready.headers.first(name: "Retry-After") == "3")
            #expect(try await server.send(.GET, "/healthz", key: nil).status == 200)
        }
    }

    @Test func `A server that is asked to stop says so first and serves until its notice is over`()
        async throws
    {
        // The notice outlasts the test: it ends with the server.
        try await RunningServer.with(notice: .seconds(600)) { server in
            #expect(try await server.send(.GET, "/readyz", key: nil).status == 200)
            await server.stop()
            var told = try await server.send(.GET, "/readyz", key: nil)
            let deadline = ContinuousClock.now + .seconds(60)
            while told.status == 200, ContinuousClock.now < deadline {
                told = try await server.send(.GET, "/readyz", key: nil)
            }
            #expect(told.status == 503)
            #expect(told.code == "NotReady")
            #expect(told.headers.first(name: "Retry-After") == "1")
            #expect(try await server.send(.GET, "/healthz", key: nil).status == 200, "it lives")
            #expect(try await server.send(body: .bytes(ByteBuffer(string: #"{"code":"1"}"#))).status == 200)
        }
    }

    @Test func `A server whose notice is over listens no more`() async throws {
        try await RunningServer.with(notice: .milliseconds(200)) { server in
            let asked = ContinuousClock.now
            await server.stop()
            await #expect(throws: (any Error).self, "then it listens no more") {
                while asked.duration(to: .now) < .seconds(60) {
                    _ = try await server.send(.GET, "/healthz", key: nil)
                }
            }
            #expect(asked.duration(to: .now) >= .milliseconds(200))
        }
    }
}

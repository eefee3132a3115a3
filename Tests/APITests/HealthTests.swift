import Domain
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
}

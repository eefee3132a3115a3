import NIOHTTP1
import Testing

@Suite struct AuthenticationTests {
    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer wrong", "Bearer \(RunningServer.key)x",
        "Bearer \(RunningServer.key) more", RunningServer.key, "Bearer\(RunningServer.key)",
        "Bearer \(RunningServer.key), Bearer \(RunningServer.key)",
    ])
    func `Without a known bearer token nothing but health is answered`(header: String?) async throws {
        try await RunningServer.with { server in
            for path in [
                "/pools/python/executions" + RunningServer.query, "/nothing", "/pools/other/executions",
            ] {
                let answer = try await server.send(
                    .POST,
                    path,
                    headers: header.map { ["Authorization": $0] } ?? [:],
                    key: nil
                )
                #expect(answer.status == 401)
                #expect(answer.code == "Unauthorized")
                #expect(answer.headers.first(name: "WWW-Authenticate") == #"Bearer realm="cloister""#)
                #expect(answer.headers.first(name: "x-ms-error-code") == "Unauthorized")
                #expect(!answer.text.contains(RunningServer.key))
            }
        }
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER", "Bearer  "])
    func `The scheme may be written in any case`(scheme: String) async throws {
        try await RunningServer.with { server in
            let header = "\(scheme) \(RunningServer.key)"
            let answer = try await server.post(#"{"code":"1"}"#, headers: ["Authorization": header], key: nil)
            #expect(answer.status == 200)
        }
    }

    @Test func `A caller without the right to execute is told which right is missing`() async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(#"{"code":"1"}"#, key: RunningServer.limitedKey)
            #expect(answer.status == 403)
            #expect(answer.code == "Forbidden")
            #expect(answer.message.contains("execute"))
        }
    }
}

import API
import Domain
import Identity
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
                let challenge = answer.headers.first(name: "WWW-Authenticate") ?? ""
                #expect(challenge.hasPrefix(#"Bearer realm="cloister""#))
                #expect(challenge.contains("invalid_token") == (header != nil))
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

    @Test(
        arguments: [
            (["x-ms-apikey": RunningServer.key], 200), (["x-ms-apikey": "x"], 401),
            (["x-ms-apikey": ""], 401),
            (["x-ms-apikey": RunningServer.key, "Authorization": "Bearer x"], 401),
            (["x-ms-apikey": "x", "Authorization": "Bearer \(RunningServer.key)"], 200),
        ] as [(HTTPHeaders, Int)]
    )
    func `The header of keys is taken where there is no Authorization`(headers: HTTPHeaders, status: Int)
        async throws
    {
        try await RunningServer.with { server in
            let answer = try await server.post(#"{"code":"1"}"#, headers: headers, key: nil)
            #expect(answer.status == status)
        }
    }

    @Test
    func `A caller without the right to execute gets 403 without a body, and the reason in the challenge`()
        async throws
    {
        try await RunningServer.with { server in
            let answer = try await server.post(#"{"code":"1"}"#, key: RunningServer.limitedKey)
            #expect(answer.status == 403)
            #expect(answer.text.isEmpty)
            #expect(answer.headers["content-length"] == ["0"])
            #expect(answer.headers["content-type"].isEmpty)
            #expect(answer.headers["x-ms-error-code"] == ["Forbidden"])
            #expect(
                answer.headers["www-authenticate"] == [
                    #"Bearer realm="cloister", error="insufficient_scope", "#
                        + #"error_description="The caller lacks the right in the pool python: execute.""#
                ]
            )
        }
    }

    @Test func `A caller reaches its own pools on every route, and learns nothing of others`() async throws {
        let python = try PoolName("python")
        let caller = Caller(name: "one", grants: [Caller.Grant(rights: .all, pools: .only([python]))])
        let access = APIAccess(authenticator: PlayedAuthenticator(callers: [RunningServer.key: caller]))
        try await RunningServer.with(ScriptedDispatch(pools: ["python", "node"]), access: access) { server in
            for prefix in ["/pools/", "/subscriptions/s/resourceGroups/r/sessionPools/"] {
                for route in ["/executions", "/code/execute", "/execute", "/python/execute"] {
                    for (pool, status) in [
                        ("python", 200), ("Python", 200), ("pyth%6fn", 200), ("node", 403), ("nothing", 403),
                        ("a", 403), ("%ff", 404), ("python%00", 403), ("python%2fnode", 403),
                    ] {
                        let answer = try await server.post(
                            #"{"code":"1"}"#,
                            to: prefix + pool + route + RunningServer.query
                        )
                        #expect(answer.status == status, "\(prefix)\(pool)\(route)")
                    }
                }
            }
        }
    }
}

import API
import APIModel
import Client
import Domain
import Identity
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// The routes of API keys, with a real key ring.
@Suite(.timeLimit(.minutes(2))) struct KeyTests {
    private static let path = "/cloister/v1/keys"

    /// Keeps records for as long as the test runs.
    private actor Archive: KeyArchive {
        private var kept: [KeyRecord] = []

        func keep(_ key: KeyRecord) { kept.append(key) }
        func keys() -> [KeyRecord] { kept }
        func removeKey(_ id: KeyID) { kept.removeAll { $0.id == id } }
    }

    /// A ring with the tests' key alone.
    static func ring() async throws -> KeyRing {
        let key = try #require(APIKey(RunningServer.key))
        return try await KeyRing(archive: Archive(), fileKey: key, now: { 1_900_000_000_000 })
    }

    private func with(_ body: @Sendable (RunningServer) async throws -> Void) async throws {
        let ring = try await Self.ring()
        let access = APIAccess(authenticator: CredentialAuthenticator(keys: ring), keys: ring)
        try await RunningServer.with(access: access, body)
    }

    private func client(_ server: RunningServer, _ key: String = RunningServer.key) -> CloisterClient {
        CloisterClient(baseURL: server.baseURL, apiKey: key, http: server.http)
    }

    @Test func `A key is made, works in its pool alone, is listed without its secret, and ends when revoked`()
        async throws
    {
        try await with { server in
            let operatorClient = client(server)
            let made = try await operatorClient.createKey(
                name: "nightly ünit",
                roles: ["executor"],
                pools: ["Python"],
                lifetimeInSeconds: 86_400,
                requestsPerMinute: 120,
                burst: 7
            )
            let secret = try #require(made.secret)
            #expect(made.pools == ["python"])
            #expect(made.createdAt == "2030-03-17T17:46:40.0000000Z")
            #expect(made.expiresAt == "2030-03-18T17:46:40.0000000Z")
            let answer = try await server.post(#"{"code":"1"}"#, key: secret)
            #expect(answer.status == 200)
            #expect(answer.headers["RateLimit-Limit"] == ["7"])
            let other = try await server.post(
                #"{"code":"1"}"#,
                to: "/pools/other/executions" + RunningServer.query,
                key: secret
            )
            #expect(other.status == 403)

            let text = try await server.send(.GET, Self.path).text
            #expect(!text.contains(secret))
            #expect(!text.contains(Fingerprint(of: secret).description))
            let listed = try await operatorClient.keys()
            #expect(Set(listed.map(\.id)) == ["key-file", made.id])
            #expect(listed.allSatisfy { $0.secret == nil })

            let error = await #expect(throws: ClientError.self) { try await client(server, secret).keys() }
            #expect(error?.status == 403)
            #expect(error?.code == "Forbidden")
            #expect(error?.message.contains("administration") == true)

            try await operatorClient.revokeKey(made.id)
            #expect(try await server.post(#"{"code":"1"}"#, key: secret).status == 401)
            let again = await #expect(throws: ClientError.self) {
                try await operatorClient.revokeKey(made.id)
            }
            #expect(again?.code == "KeyNotFound")
            let own = await #expect(throws: ClientError.self) {
                try await operatorClient.revokeKey("key-file")
            }
            #expect(own?.status == 400)
        }
    }

    @Test func `The answer with the secret is not to be kept by anybody on the way`() async throws {
        try await with { server in
            let body = #"{"name":"n","roles":["operator"],"pools":["*"]}"#
            let answer = try await server.post(body, to: Self.path)
            #expect(answer.status == 201)
            #expect(answer.headers["Cache-Control"] == ["no-store"])
            #expect(answer.json?["expiresAt"] == nil)
        }
    }

    @Test func `An operator of some pools cannot make keys`() async throws {
        try await with { server in
            let made = try await client(server).createKey(name: "n", roles: ["operator"], pools: ["python"])
            let secret = try #require(made.secret)
            let body = #"{"name":"n","roles":["operator"],"pools":["*"]}"#
            #expect(try await server.post(body, to: Self.path, key: secret).status == 403)
            #expect(try await server.send(.GET, Self.path, key: secret).status == 403)
            #expect(try await server.send(.DELETE, Self.path + "/" + made.id, key: secret).status == 403)
            #expect(try await server.post(#"{"code":"1"}"#, key: secret).status == 200)
        }
    }

    @Test(arguments: [
        ("", "SessionPropertiesMissing"), ("[]", "SessionPropertiesMissing"),
        ("{}", "SessionPropertiesMissing"),
        (#"{"name":"n","roles":"operator","pools":["*"]}"#, "SessionPropertiesMissing"),
        (#"{"name":"n","roles":[],"pools":["*"]}"#, "SessionRequestValidationFailed"),
        (#"{"name":"n","roles":["root"],"pools":["*"]}"#, "SessionRequestValidationFailed"),
        (#"{"name":"","roles":["operator"],"pools":["*"]}"#, "SessionRequestValidationFailed"),
        (#"{"name":"a\u0000b","roles":["operator"],"pools":["*"]}"#, "SessionRequestValidationFailed"),
        (#"{"name":"n","roles":["operator"],"pools":[]}"#, "SessionRequestValidationFailed"),
        (#"{"name":"n","roles":["operator"],"pools":["*","python"]}"#, "SessionPoolInvalidName"),
        (#"{"name":"n","roles":["operator"],"pools":["../x"]}"#, "SessionPoolInvalidName"),
        (
            #"{"name":"n","roles":["operator"],"pools":["*"],"expiresInSeconds":0}"#,
            "SessionRequestValidationFailed"
        ),
        (
            #"{"name":"n","roles":["operator"],"pools":["*"],"expiresInSeconds":9223372036854775807}"#,
            "SessionRequestValidationFailed"
        ),
        (#"{"name":"n","roles":["operator"],"pools":["*"],"burst":5}"#, "SessionRequestValidationFailed"),
        (
            #"{"name":"n","roles":["operator"],"pools":["*"],"requestsPerMinute":0}"#,
            "SessionRequestValidationFailed"
        ),
    ])
    func `A request for a key that does not do is refused`(body: String, code: String) async throws {
        try await with { server in
            try RefusalTests.expect(try await server.post(body, to: Self.path), 400, code)
        }
    }

    @Test(arguments: [
        "", "%00", "Key-1", "key%2f1", String(repeating: "k", count: 65), "key-1;drop", "unknown",
    ])
    func `A name that no key has is not found`(name: String) async throws {
        try await with { server in
            let answer = try await server.send(.DELETE, Self.path + "/" + name)
            #expect(answer.status == (name.isEmpty ? 405 : 404))
        }
    }
}

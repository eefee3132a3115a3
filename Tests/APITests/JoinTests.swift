import API
import APIModel
import AsyncHTTPClient
import Client
import Domain
import Identity
import NIOCore
import NIOHTTP1
import Testing

/// The routes with which workers join, with real tokens and a played signer.
@Suite(.timeLimit(.minutes(2))) struct JoinTests {
    private actor Archive: JoinTokenArchive {
        private var kept: [String: JoinTokenRecord] = [:]

        func keep(_ token: JoinTokenRecord) { kept[token.id] = token }
        func joinTokens() -> [JoinTokenRecord] { Array(kept.values) }
        func takeJoinToken(_ id: String, digest: [UInt8], at now: UInt64) -> JoinTokenRecord? {
            guard let token = kept[id], token.digest == digest, token.expiresAt > now else { return nil }
            return kept.removeValue(forKey: id)
        }
        func removeJoinToken(_ id: String) -> Bool { kept.removeValue(forKey: id) != nil }
    }

    private func with(_ body: @Sendable (RunningServer) async throws -> Void) async throws {
        let joining = NodeJoining(
            tokens: JoinTokens(archive: Archive(), now: { 1_900_000_000_000 }),
            authority: {
                NodeJoining.Authority(certificate: "the authority", digest: [UInt8](repeating: 3, count: 32))
            },
            welcome: { request, _ throws(Failure) in
                guard request.certificateRequest == "please" else {
                    throw Failure(.sessionRequestValidationFailed, "This is no request.")
                }
                return JoinAnswer(
                    certificate: "for \(request.worker) at \(request.hosts)",
                    authority: "the authority",
                    clusterKey: "the secret of the cluster",
                    coordinators: ["tls+tcp://192.0.2.10:7400"]
                )
            }
        )
        let access = APIAccess(authenticator: PlayedAuthenticator(), joining: joining)
        try await RunningServer.with(access: access, body)
    }

    private func join(
        _ server: RunningServer,
        _ token: String,
        as worker: String = "worker-1",
        request: String = "please"
    ) async throws -> RunningServer.Answer {
        let body = JSONValue.object([
            .init("token", .string(token)), .init("worker", .string(worker)),
            .init("hosts", .array([.string("192.0.2.11")])), .init("certificateRequest", .string(request)),
        ])
        return try await server.send(
            .POST,
            "/cloister/v1/join",
            body: .bytes(ByteBuffer(bytes: body.encoded)),
            key: nil
        )
    }

    @Test func `A worker with a token gets what it needs, once, and without any other credential`()
        async throws
    {
        try await with { server in
            let operatorClient = CloisterClient(
                baseURL: server.baseURL,
                apiKey: RunningServer.key,
                http: server.http
            )
            let made = try await operatorClient.createJoinToken(lifetimeInSeconds: 60, worker: "worker-1")
            let text = try #require(made.token)
            #expect(JoinToken(text)?.authority == [UInt8](repeating: 3, count: 32))
            #expect(made.expiresAt == "2030-03-17T17:47:40.0000000Z")
            #expect(try await operatorClient.joinTokens().map(\.id) == [made.id])
            #expect(try await !server.send(.GET, "/cloister/v1/tokens").text.contains(text))

            let mistaken = try await join(server, text, request: "junk")
            #expect(mistaken.status == 400)
            #expect(mistaken.code == "SessionRequestValidationFailed")
            #expect(try await join(server, text, as: "worker-2").status == 401)
            let joined = try await join(server, text)
            #expect(joined.status == 200, "\(joined.text)")
            #expect(joined.headers["cache-control"] == ["no-store"])
            #expect(joined.json?["certificate"] == .string(#"for worker-1 at ["192.0.2.11"]"#))
            #expect(joined.json?["clusterKey"] == .string("the secret of the cluster"))
            let again = try await join(server, text)
            #expect(again.status == 401)
            #expect(again.code == "Unauthorized")
            #expect(!again.text.contains("secret of the cluster"))
            #expect(try await operatorClient.joinTokens().isEmpty)
        }
    }

    @Test func `Of many workers with one token, one joins`() async throws {
        try await with { server in
            let made = try await server.send(.POST, "/cloister/v1/tokens")
            let text = try #require(made.json?["token"]?.text)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<12 {
                    group.addTask { try await join(server, text, as: "worker-\(number)").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1)
            #expect(statuses.allSatisfy { [200, 401, 429].contains($0) })
        }
    }

    @Test(arguments: [
        (#""#, 400), ("[]", 400), (#"{"token":"x"}"#, 400),
        (#"{"token":"x","worker":"a b","hosts":[],"certificateRequest":""}"#, 400),
        (#"{"token":"x","worker":"w","hosts":[],"certificateRequest":"please"}"#, 401),
        (String(repeating: "x", count: 20_000), 413),
    ])
    func `What is no such request is refused before anything is signed`(body: String, status: Int)
        async throws
    {
        try await with { server in
            let answer = try await server.send(
                .POST,
                "/cloister/v1/join",
                body: .bytes(ByteBuffer(string: body)),
                key: nil
            )
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test func `Everybody may know the authority, but tokens are for operators`() async throws {
        try await with { server in
            let known = try await server.send(.GET, "/cloister/v1/authority", key: nil)
            #expect(known.json?["authority"] == .string("the authority"))
            #expect(try await server.send(.GET, "/cloister/v1/tokens", key: nil).status == 401)
            #expect(try await server.send(.POST, "/cloister/v1/tokens", key: nil).status == 401)
            #expect(try await server.send(.DELETE, "/cloister/v1/tokens/0123abcd", key: nil).status == 401)
            let wrong = try await server.send(
                .POST,
                "/cloister/v1/tokens",
                body: .bytes(ByteBuffer(string: #"{"expiresInSeconds":99999999}"#))
            )
            #expect(wrong.status == 400)
        }
    }
}

import Domain
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import TestSupport
import Testing

@testable import Identity

/// Keys fetched from a real server, over real sockets.
@Suite(.timeLimit(.minutes(2))) struct IssuerServerTests {
    /// A source that has patience with a busy machine, unless it is a test of its patience.
    private func source(
        _ url: String,
        authority: String? = nil,
        timeout: TimeAmount = .seconds(60)
    ) throws -> DiscoveredKeySource {
        DiscoveredKeySource(
            try IssuerConfiguration(url: url, audiences: [TokenForge.audience], authorityFile: authority),
            timeout: timeout
        )
    }

    private func expectNoKeys(from source: DiscoveredKeySource, saying text: String) async {
        do {
            _ = try await source.keySet()
            Issue.record("There are keys.")
        } catch {
            #expect("\(error)".contains(text), "\(error)")
        }
        await source.close()
    }

    @Test func `Keys are found by discovery, and tokens signed with them are taken`() async throws {
        let (ec, rsa) = (TokenForge.p256(), try TokenForge.rsa.get())
        try await IssuerServer.with { server in
            try server.publish([ec, rsa])
            let issuer = try IssuerConfiguration(url: server.url, audiences: [TokenForge.audience])
            let authenticator = TokenAuthenticator(
                [issuer],
                now: { UInt64(TokenForge.now * 1_000) },
                logger: LogBook().logger
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await authenticator.run() }
                _ = await eventually { server.asked("/keys") == 1 }
                let claims = TokenForge.claims(["iss": server.url])
                for token in [try ec.token("ES256", claims: claims), try rsa.token("RS256", claims: claims)] {
                    let isTaken = await eventually {
                        (try? await authenticator.caller(presenting: token).name) == "someone"
                    }
                    #expect(isTaken)
                }
                group.cancelAll()
            }
            #expect(server.asked("/keys") == 1)
        }
    }

    @Test func `Over TLS the issuer has to prove itself with an authority that is trusted`() async throws {
        let certificates = try await TestCertificates()
        let forge = TokenForge.p256()
        try await IssuerServer.with(certificate: try await certificates.issue("issuer")) { server in
            try server.publish([forge])
            let trusting = try source(server.url, authority: certificates.authority)
            #expect(try await trusting.keySet().key(forge.id, for: .es256) != nil)
            await trusting.close()
            await expectNoKeys(from: try source(server.url), saying: "CERTIFICATE_VERIFY_FAILED")
            #expect(server.asked("/keys") == 1)
        }
    }

    @Test func `Another's discovery document, keys without TLS and redirections are refused`() async throws {
        try await IssuerServer.with { server in
            let discovery = "/.well-known/openid-configuration"
            await expectNoKeys(from: try source(server.url), saying: "answers 404")
            try server.set(
                discovery,
                json: ["issuer": "https://evil.example", "jwks_uri": server.url + "/keys"]
            )
            await expectNoKeys(from: try source(server.url), saying: "another issuer")
            try server.set(discovery, json: ["issuer": server.url + "/", "jwks_uri": server.url + "/keys"])
            await expectNoKeys(from: try source(server.url), saying: "another issuer")
            try server.set(discovery, json: ["issuer": server.url, "jwks_uri": "http://keys.example/keys"])
            await expectNoKeys(from: try source(server.url), saying: "not served over https")
            try server.set(discovery, json: ["issuer": server.url])
            await expectNoKeys(from: try source(server.url), saying: "cannot be read")
            try server.set(discovery, json: ["issuer": server.url, "jwks_uri": server.url + "/keys"])
            try server.set("/keys", json: ["nothing": 1])
            await expectNoKeys(from: try source(server.url), saying: "no key set")
            server.set("/keys") { Response(status: .found, headers: [.location: "/other"]) }
            await expectNoKeys(from: try source(server.url), saying: "answers 302")
            #expect(server.asked("/other") == 0)
        }
    }

    @Test func `An answer without end and one that never comes are given up`() async throws {
        try await IssuerServer.with { server in
            let discovery = "/.well-known/openid-configuration"
            server.set(discovery) {
                Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        while !Task.isCancelled {
                            try await writer.write(ByteBuffer(repeating: 32, count: 65_536))
                        }
                    }
                )
            }
            await expectNoKeys(from: try source(server.url, timeout: .seconds(5)), saying: "TooManyBytes")
            server.set(discovery) {
                Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        try await writer.write(ByteBuffer(string: "{"))
                        try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }
                    }
                )
            }
            let begin = ContinuousClock.now
            await expectNoKeys(from: try source(server.url, timeout: .seconds(5)), saying: "")
            #expect(begin.duration(to: .now) < .seconds(20))
        }
    }

    @Test func `An issuer that nobody listens for has no keys`() async throws {
        await expectNoKeys(from: try source("http://127.0.0.1:1", timeout: .seconds(5)), saying: "onnect")
    }
}

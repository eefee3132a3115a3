import API
import APIModel
import Crypto
import Domain
import Foundation
import NIOHTTP1
import Telemetry
import TestSupport
import Testing

@testable import Identity

/// Tokens of an issuer on the routes of pools, and who the audit log says it was.
@Suite(.timeLimit(.minutes(2))) struct TokenTests {
    private static let issuer = "https://issuer.example"
    private static let key = P256.Signing.PrivateKey()

    /// The issuer's one key.
    private struct OneKey: KeySetSource {
        func keySet() async throws -> KeySet {
            let raw = TokenTests.key.publicKey.rawRepresentation
            let (x, y) = (TokenTests.text(raw.prefix(32)), TokenTests.text(raw.suffix(32)))
            let json = #"{"keys":[{"kty":"EC","crv":"P-256","kid":"one","x":"\#(x)","y":"\#(y)"}]}"#
            guard let set = KeySet(json: Array(json.utf8), algorithms: [.es256]) else {
                throw KeySetError(description: "no set")
            }
            return set
        }

        func close() async {}
    }

    private struct EmptyArchive: KeyArchive {
        func keep(_ key: KeyRecord) {}
        func keys() -> [KeyRecord] { [] }
        func removeKey(_ id: KeyID) {}
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    private static func token(role: String, expiresAt: Int = 2_000_000_600) throws -> String {
        let claims =
            #"{"iss":"\#(issuer)","sub":"someone","aud":"https://acasessions.io","exp":\#(expiresAt),"#
            + #""roles":["\#(role)"]}"#
        let signed = text(#"{"alg":"ES256","kid":"one"}"#.utf8) + "." + text(claims.utf8)
        return signed + "." + text(try key.signature(for: Data(signed.utf8)).rawRepresentation)
    }

    @Test func `A token's role decides what runs, and its subject and issuer stand in the audit log`()
        async throws
    {
        let path = NSTemporaryDirectory() + "cloister-audit-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let audit = try AuditLog(path: path, keepsCode: false, logger: LogBook().logger)
        let now: @Sendable () -> UInt64 = { 2_000_000_000_000 }
        let fileKey = try #require(APIKey(RunningServer.key))
        let ring = try await KeyRing(archive: EmptyArchive(), fileKey: fileKey, now: now)
        let grants = [
            ClaimGrant(),
            ClaimGrant(
                value: "node-only",
                grant: AccessGrant(roles: [.operator], pools: .only([try PoolName("node")]))
            ),
        ]
        let issuer = try IssuerConfiguration(
            url: Self.issuer,
            audiences: ["https://dynamicsessions.io", "https://acasessions.io"],
            grants: grants
        )
        let tokens = TokenAuthenticator([issuer], now: now, logger: LogBook().logger, times: .init()) { _ in
            OneKey()
        }
        let access = APIAccess(
            authenticator: CredentialAuthenticator(keys: ring, tokens: tokens),
            keys: ring,
            audit: audit
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await tokens.run() }
            try await RunningServer.with(access: access) { server in
                let body = #"{"code":"1"}"#
                let good = try await server.post(body, key: Self.token(role: ClaimGrant.azureRole))
                #expect(good.status == 200)
                for (token, status) in [
                    (try Self.token(role: "node-only"), 403), (try Self.token(role: "nothing"), 403),
                    (try Self.token(role: ClaimGrant.azureRole, expiresAt: 1_999_999_000), 401),
                ] {
                    let refused = try await server.post(body, key: token)
                    #expect(refused.status == status)
                    let challenge = refused.headers.first(name: "WWW-Authenticate") ?? ""
                    #expect(
                        challenge.contains(status == 401 ? "The token has expired." : "insufficient_scope")
                    )
                    #expect(!challenge.contains(token))
                }
                let keys = try await server.send(
                    .GET,
                    "/cloister/v1/keys",
                    key: Self.token(role: "node-only")
                )
                #expect(keys.status == 403)
                let apiKey = try await server.post(
                    body,
                    headers: ["x-ms-apikey": Self.token(role: ClaimGrant.azureRole)],
                    key: nil
                )
                #expect(apiKey.status == 401)
            }
            group.cancelAll()
        }
        await audit.flush(within: .seconds(5))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let first = try JSONDecoder().decode(JSONValue.self, from: Data(try #require(lines.first).utf8))
        #expect(first["caller"]?.text == "someone")
        #expect(first["issuer"]?.text == Self.issuer)
        #expect(lines.count == 6)
        #expect(!lines.contains { $0.contains("eyJ") })
    }
}

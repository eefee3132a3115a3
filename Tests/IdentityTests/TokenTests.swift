import Crypto
import Domain
import Foundation
import Testing

@testable import Identity

/// What makes a token good or bad, with the time passed in.
@Suite struct TokenTests {
    private let all = Set(TokenAlgorithm.allCases)

    private func issuer(
        algorithms: Set<TokenAlgorithm>? = nil,
        claim: String = "roles",
        grants: [ClaimGrant] = [ClaimGrant()]
    ) throws -> IssuerConfiguration {
        try IssuerConfiguration(
            url: TokenForge.issuer,
            audiences: [TokenForge.audience, "https://acasessions.io"],
            algorithms: algorithms ?? all,
            claim: claim,
            grants: grants
        )
    }

    /// Does all that is done with a token, apart from fetching keys.
    private func caller(
        _ text: String,
        keys: [[String: Any]],
        issuer: IssuerConfiguration? = nil,
        now: Double = TokenForge.now
    ) throws -> Caller {
        let issuer = try issuer ?? self.issuer()
        let rules = TokenRules(issuer: issuer)
        let set = try #require(KeySet(json: try TokenForge.set(keys), algorithms: issuer.algorithms))
        let token = try SignedToken(text)
        guard let key = set.key(token.keyID, for: try rules.algorithm(of: token)) else {
            throw TokenRefusal.unknownKey
        }
        return try rules.caller(token, key: key, now: now)
    }

    private func expectRefusal(
        _ refusal: TokenRefusal,
        _ body: () throws -> Caller,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let thrown = #expect(throws: TokenRefusal.self, sourceLocation: sourceLocation) { try body() }
        #expect(thrown == refusal, sourceLocation: sourceLocation)
    }

    @Test(arguments: TokenAlgorithm.allCases)
    func `A good token of every algorithm leads to its bearer`(algorithm: TokenAlgorithm) throws {
        let forge: TokenForge =
            switch algorithm {
            case .es256: .p256()
            case .es384: .p384()
            default: try TokenForge.rsa.get()
            }
        let caller = try caller(forge.token(algorithm.rawValue), keys: [forge.published()])
        #expect(caller.name == "someone")
        #expect(caller.issuer == TokenForge.issuer)
        #expect(caller.rights(in: try PoolName("python")) == [.execute, .files, .sessions])
    }

    @Test(arguments: TokenAlgorithm.allCases)
    func `A changed signature, header or payload is refused`(algorithm: TokenAlgorithm) throws {
        let forge: TokenForge =
            switch algorithm {
            case .es256: .p256()
            case .es384: .p384()
            default: try TokenForge.rsa.get()
            }
        let parts = try forge.token(algorithm.rawValue).split(separator: ".").map(String.init)
        let more = try TokenForge.part(TokenForge.claims(["roles": ["admin"]]))
        let header = try TokenForge.part(["alg": algorithm.rawValue, "kid": forge.id])
        var signature = try #require(Base64URL.decoded(Array(parts[2].utf8)))
        signature[signature.count / 2] ^= 1
        let published = [try forge.published()]
        for forged in [
            [parts[0], more, parts[2]], [header, parts[1], parts[2]],
            [parts[0], parts[1], TokenForge.text(signature)],
            [parts[0], parts[1], TokenForge.text(signature.dropLast())],
            [parts[0], parts[1], TokenForge.text([0])],
            [parts[0], parts[1], TokenForge.text([UInt8](repeating: 0, count: signature.count))],
        ] {
            expectRefusal(.badSignature) { try caller(forged.joined(separator: "."), keys: published) }
        }
    }

    @Test(arguments: [
        "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "", "RS1", "rs256", "EdDSA", "ES256K",
    ])
    func `Algorithms without a public key, and unknown ones, are refused whatever the signature`(name: String)
        throws
    {
        let forge = try TokenForge.rsa.get()
        expectRefusal(.refusedAlgorithm) { try caller(forge.token(name), keys: [forge.published()]) }
        let unsigned = try forge.token(name).split(separator: ".").prefix(2).joined(separator: ".") + "."
        expectRefusal(.malformed) { try caller(unsigned, keys: [forge.published()]) }
    }

    @Test func `The public key is no secret for HMAC`() throws {
        let forge = try TokenForge.rsa.get()
        let published = try forge.published()
        let text = try #require(published["n"] as? String)
        let modulus = try #require(Base64URL.decoded(Array(text.utf8)))
        let signed =
            try TokenForge.part(["alg": "HS256", "kid": forge.id]) + "." + TokenForge.part(TokenForge.claims)
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: modulus))
        let token = signed + "." + TokenForge.text(code)
        expectRefusal(.refusedAlgorithm) { try caller(token, keys: [published]) }
        // The same under a name that is allowed.
        let renamed =
            try TokenForge.part(["alg": "RS256", "kid": forge.id]) + "." + TokenForge.part(TokenForge.claims)
        let other = HMAC<SHA256>.authenticationCode(
            for: Data(renamed.utf8),
            using: SymmetricKey(data: modulus)
        )
        expectRefusal(.badSignature) { try caller(renamed + "." + TokenForge.text(other), keys: [published]) }
    }

    @Test func `An algorithm outside the issuer's list is refused, and so is one that is not the key's`()
        throws
    {
        let forge = try TokenForge.rsa.get()
        let only = try issuer(algorithms: [.rs256, .es256])
        for name in ["RS384", "RS512", "PS256", "ES384"] {
            expectRefusal(.refusedAlgorithm) {
                try caller(forge.token(name), keys: [forge.published()], issuer: only)
            }
        }
        // The key says what it is for; a token cannot talk it into something else.
        let bound = [try forge.published(["alg": "RS256"])]
        #expect(try caller(forge.token("RS256"), keys: bound).name == "someone")
        for name in ["RS384", "PS256", "ES256"] {
            expectRefusal(.unknownKey) { try caller(forge.token(name), keys: bound) }
        }
    }

    @Test func `A refused token does not change what the key is used for`() throws {
        let forge = try TokenForge.rsa.get()
        let published = [try forge.published()]
        _ = try? caller(forge.token("RS512", claims: TokenForge.claims(["exp": 1])), keys: published)
        #expect(try caller(forge.token("RS256"), keys: published).name == "someone")
    }

    @Test(arguments: [
        (-700.0, TokenRefusal.notYetValid), (-631, .notYetValid), (-629, nil), (0, nil), (629, nil),
        (631, .expired), (1e9, .expired),
    ])
    func `A token holds from nbf to exp, with 30 seconds of leeway`(offset: Double, refusal: TokenRefusal?)
        throws
    {
        let forge = TokenForge.p256()
        let use = {
            try caller(forge.token("ES256"), keys: [forge.published()], now: TokenForge.now + offset)
        }
        guard let refusal else {
            _ = try use()
            return
        }
        expectRefusal(refusal, use)
    }

    @Test func `Claims that are missing or wrong are refused, each with its reason`() throws {
        let forge = TokenForge.p256()
        let cases: [([String: Any], TokenRefusal)] = [
            (["exp": Absent()], .unlimited), (["exp": "2000000600"], .malformed),
            (["aud": Absent()], .wrongAudience), (["aud": "https://other.example"], .wrongAudience),
            (["aud": [String]()], .wrongAudience), (["aud": ["x", "y"]], .wrongAudience),
            (["aud": 7], .wrongAudience), (["aud": TokenForge.audience + "/"], .wrongAudience),
            (["aud": [["https://dynamicsessions.io"]]], .wrongAudience),
            (["iss": TokenForge.issuer + "/"], .unknownIssuer),
            (["iss": "https://evil.example"], .unknownIssuer),
            (["iss": Absent()], .unknownIssuer), (["iss": 1], .malformed),
            (["sub": Absent()], .nameless), (["sub": ""], .nameless),
            (["sub": String(repeating: "s", count: 513)], .nameless), (["sub": 5], .malformed),
            (["nbf": "soon"], .malformed),
        ]
        for (changes, refusal) in cases {
            let token = try forge.token("ES256", claims: TokenForge.claims(changes))
            expectRefusal(refusal) { try caller(token, keys: [forge.published()]) }
        }
        for audience: Any in ["https://acasessions.io", ["x", TokenForge.audience]] {
            let token = try forge.token("ES256", claims: TokenForge.claims(["aud": audience]))
            #expect(try caller(token, keys: [forge.published()]).name == "someone")
        }
    }

    @Test func `A header that demands extensions or names another type is refused`() throws {
        let forge = TokenForge.p256()
        for (header, refusal) in [
            (["crit": ["b64"]] as [String: Any], TokenRefusal.unknownHeader),
            (["crit": [String]()], .unknownHeader),
            (["crit": "b64"], .malformed), (["typ": "dpop+jwt"], .wrongType),
            (["typ": "logout+jwt"], .wrongType),
            (["kid": 7], .malformed), (["alg": Absent()], .malformed), (["alg": ["ES256"]], .malformed),
        ] {
            expectRefusal(refusal) {
                try caller(forge.token("ES256", header: header), keys: [forge.published()])
            }
        }
        for type: Any in ["JWT", "jwt", "at+jwt", "application/at+jwt", Absent()] {
            let token = try forge.token("ES256", header: ["typ": type])
            #expect(try caller(token, keys: [forge.published()]).name == "someone")
        }
    }

    @Test func `A key that the token brings along or points to is not looked at`() throws {
        let (ours, theirs) = (TokenForge.p256("ours"), TokenForge.p256("ours"))
        let header: [String: Any] = [
            "jwk": try theirs.published(), "jku": "https://evil.example/keys",
            "x5u": "https://evil.example/c",
            "x5c": ["MIIB"],
        ]
        expectRefusal(.badSignature) {
            try caller(theirs.token("ES256", header: header), keys: [ours.published()])
        }
    }

    @Test(arguments: ["../../etc/passwd", "' OR 1=1 --", "", "ec-1\u{0}", "EC-1", "ec-1 ", "https://evil/k"])
    func `A key is found by its exact name or not at all`(id: String) throws {
        let forge = TokenForge.p256("ec-1")
        expectRefusal(.unknownKey) {
            try caller(forge.token("ES256", header: ["kid": id]), keys: [forge.published()])
        }
    }

    @Test func `Without a name of a key there must be no choice`() throws {
        let (one, two) = (TokenForge.p256("one"), TokenForge.p256("two"))
        let token = try one.token("ES256", header: ["kid": Absent()])
        #expect(try caller(token, keys: [one.published()]).name == "someone")
        expectRefusal(.unknownKey) { try caller(token, keys: [one.published(), two.published()]) }
        expectRefusal(.unknownKey) {
            try caller(one.token("ES256"), keys: [one.published(), two.published(["kid": "one"])])
        }
    }

    @Test func `Rights come from the claim's values, each with its own pools`() throws {
        let forge = TokenForge.p256()
        let (python, node) = (try PoolName("python"), try PoolName("node"))
        let grants = [
            ClaimGrant(value: "team-a", grant: AccessGrant(roles: [.executor], pools: .only([python]))),
            ClaimGrant(value: "admins", grant: AccessGrant(roles: [.operator], pools: .only([node]))),
        ]
        func rights(_ changes: [String: Any], claim: String = "roles") throws -> [Rights] {
            let caller = try caller(
                forge.token("ES256", claims: TokenForge.claims(changes)),
                keys: [forge.published()],
                issuer: issuer(claim: claim, grants: grants)
            )
            return [caller.rights(in: python), caller.rights(in: node), caller.rights(in: nil)]
        }
        let executor: Rights = [.execute, .files, .sessions]
        #expect(try rights(["roles": ["team-a"]]) == [executor, [], []])
        #expect(try rights(["roles": ["team-a", "admins"]]) == [executor, .all, []])
        #expect(try rights(["roles": "team-a"]) == [executor, [], []])
        #expect(try rights(["roles": "other team-a"]) == [executor, [], []])
        #expect(try rights(["roles": ["Team-A", "team-a "]]) == [[], [], []])
        #expect(try rights(["roles": ["team-a": true]]) == [[], [], []])
        #expect(try rights(["roles": Absent()]) == [[], [], []])
        #expect(try rights(["realm": ["roles": ["team-a"]]], claim: "realm.roles") == [executor, [], []])
        #expect(
            try rights(["https://a.b/roles": ["team-a"]], claim: "https://a.b/roles") == [executor, [], []]
        )
        #expect(try rights(["realm": "team-a"], claim: "realm.roles") == [[], [], []])
    }

    @Test func `Text that is no token is malformed`() throws {
        let forge = TokenForge.p256()
        let good = try forge.token("ES256")
        let parts = good.split(separator: ".").map(String.init)
        let deep = String(repeating: "[", count: 5_000)
        for text in [
            "", ".", "..", "...", "a.b.c", good + ".", "." + good, good + "=", good + "\n", " " + good,
            good.replacingOccurrences(of: ".", with: ".."), parts[0] + "." + parts[1],
            "\(parts[0]).\(parts[1]).\(parts[2])=", "\(parts[0])+.\(parts[1]).\(parts[2])",
            "\(TokenForge.text("[]".utf8)).\(parts[1]).\(parts[2])",
            "\(parts[0]).\(TokenForge.text("null".utf8)).\(parts[2])",
            "\(parts[0]).\(TokenForge.text("{\"iss\":".utf8)).\(parts[2])",
            "\(parts[0]).\(TokenForge.text(deep.utf8)).\(parts[2])",
            "\(parts[0]).\(TokenForge.text([0xff, 0xfe])).\(parts[2])",
            String(repeating: "a", count: 20_000) + good,
        ] {
            let thrown = #expect(throws: TokenRefusal.self) { try SignedToken(text) }
            #expect(thrown == .malformed, "\(text.prefix(80))")
        }
    }
}

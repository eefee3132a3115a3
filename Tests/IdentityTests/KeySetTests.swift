import Crypto
import CryptoExtras
import Foundation
import Testing

@testable import Identity

@Suite struct KeySetTests {
    private let all = Set(TokenAlgorithm.allCases)

    private func set(_ keys: [[String: Any]]) throws -> KeySet? {
        KeySet(json: try TokenForge.set(keys), algorithms: all)
    }

    @Test func `Keys that cannot be used are left out and do not spoil the others`() throws {
        let good = TokenForge.p256("good")
        let ec = try good.published()
        let rsa = try TokenForge.rsa.get()
        let small = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1_024))
        let useless: [[String: Any]] = [
            ["kty": "OKP", "crv": "Ed25519", "x": "AAAA"], ["kty": "oct", "k": "c2VjcmV0"], ["kty": 7], [:],
            try good.published(["use": "enc"]), try good.published(["key_ops": ["encrypt"]]),
            try good.published(["crv": "P-384"]), try good.published(["x": "AAAA"]),
            try good.published(["y": Absent()]), try good.published(["alg": "RS256"]),
            try good.published(["alg": "ES256K"]),
            [
                "kty": "EC", "crv": "P-256", "x": TokenForge.text([UInt8](repeating: 1, count: 32)),
                "y": TokenForge.text([UInt8](repeating: 1, count: 32)),
            ],
            try TokenForge(id: "small", key: .rsa(small)).published(),
            try rsa.published(["n": TokenForge.text([UInt8](repeating: 0xff, count: 2_000))]),
            try rsa.published(["e": TokenForge.text([UInt8](repeating: 0xff, count: 300))]),
            try rsa.published(["n": ""]), try rsa.published(["n": "not base64url!"]),
        ]
        let keys = try #require(try set(useless + [ec]))
        #expect(keys.keys.map(\.id) == ["good"])
        #expect(keys.key("good", for: .es256) != nil)
    }

    @Test func `Only so many keys of a set are looked at`() throws {
        let one = try TokenForge.p256("last").published()
        let many = try (0..<KeySet.countMax).map { try TokenForge.p256("k\($0)").published() }
        let keys = try #require(try set(many + [one]))
        #expect(keys.keys.count == KeySet.countMax)
        #expect(keys.key("last", for: .es256) == nil)
    }

    @Test(arguments: ["", "{}", "[]", "null", "{\"keys\":7}", "{\"keys\":", "\u{0}"])
    func `What is no set is none`(text: String) {
        #expect(KeySet(json: Array(text.utf8), algorithms: all) == nil)
    }

    @Test func `A set without usable keys is a set`() throws { #expect(try set([])?.keys.isEmpty == true) }

    @Test(arguments: [
        ("https://a.example", true), ("https://a.example:8443/x", true), ("http://127.0.0.1:80/x", true),
        ("http://localhost", true), ("http://[::1]:9/", true), ("http://a.example", false),
        ("https://", false),
        ("http://127.0.0.1.evil.example", false), ("http://localhost.evil", false),
        ("http://localhost@evil", false),
        ("http://127.0.0.1:80@evil.example/", false), ("file:///etc", false), ("", false),
        ("HTTPS://a", false),
    ])
    func `Keys come over TLS or from this machine`(url: String, isSafe: Bool) {
        #expect(KeyAddress.isSafe(url) == isSafe)
    }
}

@Suite struct Base64URLTests {
    @Test func `Every sequence of bytes comes back from its text, and from no other`() {
        var generator = SystemRandomNumberGenerator()
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let text = TokenForge.text(bytes)
            #expect(Base64URL.decoded(Array(text.utf8)) == bytes)
            for wrong in [text + "=", text + "\n", text + "+", " " + text, text + "é"] {
                #expect(Base64URL.decoded(Array(wrong.utf8)) == nil, "\(wrong)")
            }
        }
        // The last character of a text may hold bits that nothing is made of.
        #expect(Base64URL.decoded(Array("AA".utf8)) == [0])
        #expect(Base64URL.decoded(Array("AB".utf8)) == nil)
    }
}

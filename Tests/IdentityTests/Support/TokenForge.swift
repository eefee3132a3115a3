import Crypto
import CryptoExtras
import Foundation

@testable import Identity

/// Takes a member away.
struct Absent: Sendable {}

/// Makes keys and signs tokens, right and wrong ones, as an issuer or as somebody who would like to be one.
struct TokenForge: Sendable {
    enum Key: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
    }

    static let issuer = "https://login.example.com/tenant"
    static let audience = "https://dynamicsessions.io"
    /// The time of most tests, in seconds since 1970.
    static let now = 2_000_000_000.0

    /// One RSA key for all tests: making one takes a while.
    static let rsa = Result {
        TokenForge(id: "rsa-1", key: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048)))
    }
    static let otherRSA = Result {
        TokenForge(id: "rsa-2", key: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048)))
    }

    let id: String
    let key: Key

    static func p256(_ id: String = "ec-1") -> TokenForge {
        TokenForge(id: id, key: .p256(P256.Signing.PrivateKey()))
    }

    static func p384(_ id: String = "ec-384") -> TokenForge {
        TokenForge(id: id, key: .p384(P384.Signing.PrivateKey()))
    }

    static var claims: [String: Any] {
        [
            "iss": issuer, "aud": audience, "sub": "someone", "exp": now + 600, "nbf": now - 600,
            "roles": ["Azure ContainerApps Session Executor"],
        ]
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    static func part(_ json: [String: Any]) throws -> String {
        text(try JSONSerialization.data(withJSONObject: json))
    }

    /// The standard claims with some changed; ``Absent`` takes one away.
    static func claims(_ changes: [String: Any]) -> [String: Any] {
        changes.reduce(into: claims) { claims, change in
            claims[change.key] = change.value is Absent ? nil : change.value
        }
    }

    /// A token whose signature is what the algorithm's name says, whatever else is wrong with it.
    func token(
        _ algorithm: String,
        claims: [String: Any] = TokenForge.claims,
        header: [String: Any] = [:]
    ) throws -> String {
        var fields: [String: Any] = ["alg": algorithm, "kid": id, "typ": "JWT"]
        for (name, value) in header { fields[name] = value is Absent ? nil : value }
        let signed = try Self.part(fields) + "." + Self.part(claims)
        return signed + "." + Self.text(try signature(of: Data(signed.utf8), algorithm))
    }

    private func signature(of data: Data, _ algorithm: String) throws -> Data {
        switch key {
        case .p256(let key): return try key.signature(for: data).rawRepresentation
        case .p384(let key): return try key.signature(for: data).rawRepresentation
        case .rsa(let key):
            let padding: _RSA.Signing.Padding = algorithm.hasPrefix("PS") ? .PSS : .insecurePKCS1v1_5
            switch algorithm.suffix(3) {
            case "384":
                return try key.signature(for: SHA384.hash(data: data), padding: padding).rawRepresentation
            case "512":
                return try key.signature(for: SHA512.hash(data: data), padding: padding).rawRepresentation
            default:
                return try key.signature(for: SHA256.hash(data: data), padding: padding).rawRepresentation
            }
        }
    }

    /// The public half as it is published; `changes` replace members, ``Absent`` takes one away.
    func published(_ changes: [String: Any] = [:]) throws -> [String: Any] {
        var fields: [String: Any] = ["kid": id, "use": "sig"]
        switch key {
        case .rsa(let key):
            let numbers = try key.publicKey.getKeyPrimitives()
            fields["kty"] = "RSA"
            fields["n"] = Self.text(numbers.modulus)
            fields["e"] = Self.text(numbers.publicExponent)
        case .p256(let key): fields.merge(Self.point(key.publicKey.rawRepresentation, "P-256")) { $1 }
        case .p384(let key): fields.merge(Self.point(key.publicKey.rawRepresentation, "P-384")) { $1 }
        }
        for (name, value) in changes { fields[name] = value is Absent ? nil : value }
        return fields
    }

    private static func point(_ raw: Data, _ curve: String) -> [String: Any] {
        let half = raw.count / 2
        return ["kty": "EC", "crv": curve, "x": text(raw.prefix(half)), "y": text(raw.suffix(half))]
    }

    /// A set of published keys.
    static func set(_ keys: [[String: Any]]) throws -> [UInt8] {
        [UInt8](try JSONSerialization.data(withJSONObject: ["keys": keys]))
    }
}

internal import FoundationEssentials

/// A JSON web token in compact form, taken apart; nothing of it is believed yet.
///
/// Of the header only the names of algorithm and key are looked at. A key that a token brings with it, or
/// says where to fetch, is ignored.
struct SignedToken: Sendable {
    /// The longest token that is looked at, in bytes.
    static let bytesMax = 16 << 10

    let algorithmName: String
    let keyID: String?
    let claims: TokenClaims
    /// What was signed.
    let signedBytes: [UInt8]
    let signature: [UInt8]

    private struct Header: Decodable {
        let alg: String
        let kid: String?
        let typ: String?
        let crit: [String]?
    }

    /// The types that access tokens have; an identity token or one for a logout has none of them.
    private static let types: Set<String> = ["jwt", "at+jwt", "application/at+jwt"]

    /// Whether a text has the three parts of a token; an API key that is drawn here never has.
    static func isShapedLikeOne(_ text: String) -> Bool { text.utf8.count { $0 == UInt8(ascii: ".") } == 2 }

    /// Takes a text apart.
    init(_ text: String) throws(TokenRefusal) {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard bytes.count <= Self.bytesMax, parts.count == 3,
            let header = Base64URL.decoded(parts[0]), let payload = Base64URL.decoded(parts[1]),
            let signature = Base64URL.decoded(parts[2]), !signature.isEmpty,
            let fields = Self.decoded(Header.self, header)
        else { throw .malformed }
        guard fields.crit == nil else { throw .unknownHeader }
        guard fields.typ.map({ Self.types.contains($0.lowercased()) }) ?? true else { throw .wrongType }
        // Once, so that what is checked and what is used afterwards cannot be read in two ways.
        guard let claims = Self.decoded(TokenClaims.self, payload) else { throw .malformed }
        algorithmName = fields.alg
        keyID = fields.kid
        self.claims = claims
        signedBytes = parts[0] + [UInt8(ascii: ".")] + parts[1]
        self.signature = signature
    }

    private static func decoded<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}

/// A token with which one worker may join a cluster, once.
///
/// `clj_NAME.SECRET.AUTHORITY`: a name of 8 hexadecimal digits, 256 random bits, and the SHA-256 of the certificate
/// of the cluster's authority, by which the worker knows the cluster before it shows the rest.
package struct JoinToken: Sendable {
    /// How a token begins, so that a scanner for leaked secrets can know it.
    package static let prefix = "clj_"
    private static let secretLength = 43

    /// The whole token; keep it out of logs.
    package let text: String
    /// Its name, which is no secret.
    package let id: String
    /// The SHA-256 of the authority's certificate (DER), 32 bytes.
    package let authority: [UInt8]

    /// Reads a token; there is none when it is not written like one.
    ///
    /// - Parameter text: what a person or a node gave.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count < 128, parts.count == 3, parts[0].hasPrefix(Self.prefix),
            parts[1].utf8.count == Self.secretLength, Base64URL.decoded(parts[1].utf8)?.count == 32,
            let authority = Base64URL.decoded(parts[2].utf8), authority.count == 32
        else { return nil }
        let id = parts[0].dropFirst(Self.prefix.utf8.count)
        guard Self.isID(String(id)) else { return nil }
        (self.text, self.id, self.authority) = (text, String(id), authority)
    }

    private init(text: String, id: String, authority: [UInt8]) {
        (self.text, self.id, self.authority) = (text, id, authority)
    }

    /// Draws a new token.
    ///
    /// - Parameters:
    ///   - authority: the SHA-256 of the authority's certificate.
    ///   - generator: where the randomness comes from; in the product the system's.
    /// - Returns: the token.
    package static func draw(
        for authority: [UInt8],
        using generator: inout some RandomNumberGenerator
    ) -> Self {
        let digits = String(UInt32.random(in: .min ... .max, using: &generator), radix: 16)
        let id = String(repeating: "0", count: 8 - digits.utf8.count) + digits
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Self(
            text: "\(prefix)\(id).\(Base64URL.encoded(secret)).\(Base64URL.encoded(authority))",
            id: id,
            authority: authority
        )
    }

    /// Whether a text can be the name of a token.
    ///
    /// - Parameter text: the name.
    /// - Returns: whether it has 8 lower-case hexadecimal digits.
    package static func isID(_ text: String) -> Bool {
        text.utf8.count == 8
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    /// The SHA-256 under which it is kept.
    var digest: [UInt8] { Fingerprint(of: text).bytes }
}

extension JoinToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "JoinToken(\(id)…)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

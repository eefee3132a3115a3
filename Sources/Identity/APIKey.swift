/// A secret that a client sends as its bearer token.
///
/// It is not `Equatable` and does not print itself; what is kept and compared is its fingerprint.
package struct APIKey: Sendable {
    /// How a generated key begins, so that a scanner for leaked secrets can know it.
    package static let prefix = "clk_"
    /// The lengths that are taken over from a file, in characters.
    package static let lengths = 20...512

    /// The secret; keep it out of logs.
    package let secret: String

    /// Checks and takes over a key; there is none when the secret is shorter, longer or holds anything else.
    ///
    /// - Parameter secret: 20 to 512 visible ASCII characters.
    package init?(_ secret: String) {
        guard Self.lengths.contains(secret.utf8.count),
            secret.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return nil }
        self.secret = secret
    }

    private init(generated secret: String) { self.secret = secret }

    /// Draws a new key of 256 bits.
    ///
    /// - Parameter generator: where the randomness comes from; in the product the system's.
    /// - Returns: the prefix and 43 characters of base64url.
    package static func draw(using generator: inout some RandomNumberGenerator) -> Self {
        let random = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Self(generated: prefix + Base64URL.encoded(random))
    }

    /// The SHA-256 of the secret, under which it is kept and looked up.
    ///
    /// A slow hash with salt is for secrets that people choose: of a random one of 256 bits there is nothing
    /// to guess.
    package var fingerprint: Fingerprint { Fingerprint(of: secret) }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "APIKey(…)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

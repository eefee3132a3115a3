/// The name by which an API key is listed, revoked and logged; it is no secret.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
    /// The key that stands in the coordinator's key file.
    package static let ofKeyFile = Self(unchecked: "key-file")

    /// The name: 1 to 64 lower-case letters, digits and hyphens.
    package let text: String

    private init(unchecked text: String) { self.text = text }

    /// Checks a name.
    ///
    /// - Parameter text: the name as given.
    /// - Throws: `keyNotFound` when no key can have this name.
    package init(_ text: String) throws(Failure) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else {
            throw Failure(.keyNotFound, "No key has this name; names are listed with the keys.")
        }
        self.text = text
    }

    /// Draws a name for a new key.
    ///
    /// - Parameter generator: where the randomness comes from.
    /// - Returns: a name that no other key has, of 64 random bits.
    package static func draw(using generator: inout some RandomNumberGenerator) -> Self {
        let digits = String(generator.next() as UInt64, radix: 16)
        return Self(unchecked: "key-" + String(repeating: "0", count: 16 - digits.utf8.count) + digits)
    }

    package var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
}

/// What is kept of an API key; the secret itself is not.
package struct KeyRecord: Hashable, Sendable {
    /// The longest name that a person may give, in bytes of UTF-8.
    package static let nameBytesMax = 200

    /// Its name for machines.
    package let id: KeyID
    /// Its name for people.
    package let name: String
    /// The SHA-256 of the secret, 32 bytes.
    package let digest: [UInt8]
    /// What it is for.
    package let grant: AccessGrant
    /// When it was made, in milliseconds since 1970.
    package let createdAt: UInt64
    /// From when on it is not taken any more, in milliseconds since 1970; nil for never.
    package let expiresAt: UInt64?
    /// How many requests it may send; nil for the coordinator's default.
    package let rate: RequestRate?

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - id: its name for machines.
    ///   - name: its name for people.
    ///   - digest: the SHA-256 of the secret.
    ///   - grant: what it is for.
    ///   - createdAt: when it was made, in milliseconds since 1970.
    ///   - expiresAt: from when on it is not taken any more; nil for never.
    ///   - rate: how many requests it may send; nil for the coordinator's default.
    package init(
        id: KeyID,
        name: String,
        digest: [UInt8],
        grant: AccessGrant,
        createdAt: UInt64,
        expiresAt: UInt64? = nil,
        rate: RequestRate? = nil
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.grant = grant
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.rate = rate
    }

    /// Whether it is taken no more.
    ///
    /// - Parameter now: the time, in milliseconds since 1970.
    /// - Returns: whether its time is over.
    package func isExpired(at now: UInt64) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

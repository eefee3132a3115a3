/// Why a token is not taken.
package struct TokenRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence for the client, which has nothing of the token in it.
    package let sentence: String

    private init(_ sentence: String) { self.sentence = sentence }

    package var description: String { sentence }

    /// It is not three parts of base64url with the right JSON in them.
    package static let malformed = Self("The token is not a signed JSON web token.")
    /// Its header demands what this version does not know.
    package static let unknownHeader = Self("The token's header demands an extension that is not known here.")
    /// It says to be something else than an access token.
    package static let wrongType = Self("The token is not an access token by its header's typ.")
    /// Nobody configured its issuer.
    package static let unknownIssuer = Self("The token's issuer is not one that is configured here.")
    /// It is signed in a way that its issuer is not configured for.
    package static let refusedAlgorithm = Self("The token's algorithm is not one that is configured here.")
    /// Its issuer has no such key.
    package static let unknownKey = Self("The token was signed with a key that its issuer does not publish.")
    /// The signature is not that of its key.
    package static let badSignature = Self("The token's signature is wrong.")
    /// It was issued for something else.
    package static let wrongAudience = Self("The token was issued for another audience.")
    /// It does not say until when it holds.
    package static let unlimited = Self("The token does not say when it expires.")
    /// It has expired.
    package static let expired = Self("The token has expired.")
    /// It does not hold yet.
    package static let notYetValid = Self("The token is not valid yet.")
    /// It does not say whose it is, or not in a name of bearable length.
    package static let nameless = Self("The token has no subject of 1 to 512 bytes.")
}

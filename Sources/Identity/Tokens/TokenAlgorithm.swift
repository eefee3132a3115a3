/// A way of signing tokens that this version can check.
///
/// All of them have a public key: there is no `none`, and no HMAC, whose secret a public key could be taken for.
package enum TokenAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// RSA PKCS#1 v1.5 with SHA-256.
    case rs256 = "RS256"
    /// RSA PKCS#1 v1.5 with SHA-384.
    case rs384 = "RS384"
    /// RSA PKCS#1 v1.5 with SHA-512.
    case rs512 = "RS512"
    /// RSA-PSS with SHA-256.
    case ps256 = "PS256"
    /// RSA-PSS with SHA-384.
    case ps384 = "PS384"
    /// RSA-PSS with SHA-512.
    case ps512 = "PS512"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// ECDSA on P-384 with SHA-384.
    case es384 = "ES384"
}

internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// A public key of an issuer, bound to the one algorithm that it may be used with.
///
/// The binding comes from the key and our configuration, never from a token: a token names an algorithm only
/// to be refused when it is not the key's.
struct VerificationKey: Sendable {
    private enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
    }

    /// The greatest modulus in bytes; checking one takes time that grows with its cube.
    private static let modulusBytesMax = 1_024

    let id: String?
    let algorithm: TokenAlgorithm
    private let material: Material

    /// Makes a key; there is none when it is no key, is too weak, or is for something else.
    ///
    /// - Parameters:
    ///   - fields: the key as published.
    ///   - algorithm: what it is to be used with.
    init?(_ fields: KeyFields, for algorithm: TokenAlgorithm) {
        guard fields.isForSignatures, fields.alg == nil || fields.alg == algorithm.rawValue else {
            return nil
        }
        let material: Material? =
            switch algorithm {
            case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: Self.rsa(fields)
            case .es256:
                Self.point(fields, curve: "P-256", bytes: 32)
                    .flatMap { try? P256.Signing.PublicKey(rawRepresentation: $0) }.map(Material.p256)
            case .es384:
                Self.point(fields, curve: "P-384", bytes: 48)
                    .flatMap { try? P384.Signing.PublicKey(rawRepresentation: $0) }.map(Material.p384)
            }
        guard let material else { return nil }
        id = fields.kid
        self.algorithm = algorithm
        self.material = material
    }

    /// Whether something was signed with the private half of this key.
    func isValid(_ signature: [UInt8], of signed: [UInt8]) -> Bool {
        let (signature, signed) = (Data(signature), Data(signed))
        switch material {
        case .p256(let key):
            return (try? P256.Signing.ECDSASignature(rawRepresentation: signature))
                .map { key.isValidSignature($0, for: signed) } ?? false
        case .p384(let key):
            return (try? P384.Signing.ECDSASignature(rawRepresentation: signature))
                .map { key.isValidSignature($0, for: signed) } ?? false
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            switch algorithm {
            case .rs256:
                return key.isValidSignature(
                    signature,
                    for: SHA256.hash(data: signed),
                    padding: .insecurePKCS1v1_5
                )
            case .rs384:
                return key.isValidSignature(
                    signature,
                    for: SHA384.hash(data: signed),
                    padding: .insecurePKCS1v1_5
                )
            case .rs512:
                return key.isValidSignature(
                    signature,
                    for: SHA512.hash(data: signed),
                    padding: .insecurePKCS1v1_5
                )
            case .ps256: return key.isValidSignature(signature, for: SHA256.hash(data: signed), padding: .PSS)
            case .ps384: return key.isValidSignature(signature, for: SHA384.hash(data: signed), padding: .PSS)
            case .ps512: return key.isValidSignature(signature, for: SHA512.hash(data: signed), padding: .PSS)
            case .es256, .es384: return false
            }
        }
    }

    // The initialiser of swift-crypto refuses keys of less than 2048 bits.
    private static func rsa(_ fields: KeyFields) -> Material? {
        guard fields.kty == "RSA", let modulus = bytes(fields.n), let exponent = bytes(fields.e),
            modulus.count <= modulusBytesMax, exponent.count <= 4
        else { return nil }
        return (try? _RSA.Signing.PublicKey(n: Data(modulus), e: Data(exponent))).map(Material.rsa)
    }

    private static func point(_ fields: KeyFields, curve: String, bytes count: Int) -> Data? {
        guard fields.kty == "EC", fields.crv == curve, let x = bytes(fields.x), let y = bytes(fields.y),
            x.count == count, y.count == count
        else { return nil }
        return Data(x + y)
    }

    private static func bytes(_ text: String?) -> [UInt8]? {
        text.flatMap { Base64URL.decoded(Array($0.utf8)) }
    }
}

internal import FoundationEssentials

/// A public key as an issuer publishes it (RFC 7517), as far as it is looked at.
struct KeyFields: Decodable, Hashable, Sendable {
    let kty: String
    let kid: String?
    let alg: String?
    let use: String?
    let keyOperations: [String]?
    let crv: String?
    let n: String?
    let e: String?
    let x: String?
    let y: String?

    private enum CodingKeys: String, CodingKey {
        case kty, kid, alg, use, crv, n, e, x, y
        case keyOperations = "key_ops"
    }

    /// Whether its owner lets it be used for checking signatures.
    var isForSignatures: Bool { use ?? "sig" == "sig" && (keyOperations?.contains("verify") ?? true) }
}

/// The keys that an issuer publishes and that can be used here.
struct KeySet: Sendable {
    /// How many keys of a set are looked at.
    static let countMax = 100

    let keys: [VerificationKey]

    /// Reads a set, without the keys that this version cannot use; there is none when it is no set.
    ///
    /// - Parameters:
    ///   - json: the set (RFC 7517, section 5).
    ///   - algorithms: what keys may be used with. One that does not name its algorithm serves each of these
    ///     that fits its kind.
    init?(json: [UInt8], algorithms: Set<TokenAlgorithm>) {
        guard let list = try? JSONDecoder().decode(List.self, from: Data(json)) else { return nil }
        keys = list.keys.prefix(Self.countMax).compactMap(\.fields).flatMap { fields in
            TokenAlgorithm.allCases.filter(algorithms.contains).compactMap {
                VerificationKey(fields, for: $0)
            }
        }
    }

    /// The key of a token.
    ///
    /// - Parameters:
    ///   - id: the name that the token's header has; without one there must be no choice.
    ///   - algorithm: the token's algorithm.
    /// - Returns: the key; nil when there is none or a choice.
    func key(_ id: String?, for algorithm: TokenAlgorithm) -> VerificationKey? {
        let fitting = keys.filter { $0.algorithm == algorithm && (id == nil || $0.id == id) }
        return fitting.count == 1 ? fitting.first : nil
    }

    private struct List: Decodable {
        let keys: [Entry]
    }

    /// One key that is none does not spoil the others.
    private struct Entry: Decodable {
        let fields: KeyFields?

        init(from decoder: any Decoder) { fields = try? KeyFields(from: decoder) }
    }
}

/// What a token says; to be believed only when its signature was checked.
struct TokenClaims: Hashable, Sendable, Decodable {
    let issuer: String?
    let subject: String?
    let audiences: [String]
    /// In seconds since 1970.
    let expiresAt: Double?
    /// In seconds since 1970.
    let notBefore: Double?
    private let members: [String: ClaimValue]

    private enum Name: String, CodingKey { case iss, sub, aud, exp, nbf }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        issuer = try container.decodeIfPresent(String.self, forKey: .iss)
        subject = try container.decodeIfPresent(String.self, forKey: .sub)
        expiresAt = try container.decodeIfPresent(Double.self, forKey: .exp)
        notBefore = try container.decodeIfPresent(Double.self, forKey: .nbf)
        switch try container.decodeIfPresent(ClaimValue.self, forKey: .aud) {
        case .text(let text): audiences = [text]
        case .list(let values): audiences = values.compactMap(\.text)
        default: audiences = []
        }
        members = try decoder.singleValueContainer().decode([String: ClaimValue].self)
    }

    /// The texts of a claim: those of a list, or a text as a whole and each of its words, as scopes are written.
    ///
    /// - Parameter path: the claim's name, or names separated by dots that lead into objects.
    /// - Returns: the texts; none when there is no such claim.
    func texts(at path: String) -> [String] {
        switch value(at: path) {
        case .text(let text): [text] + text.split(separator: " ").map(String.init)
        case .list(let values): values.compactMap(\.text)
        default: []
        }
    }

    private func value(at path: String) -> ClaimValue? {
        // Some providers have claims whose names are addresses, with dots in them.
        if let value = members[path] { return value }
        var value = ClaimValue.object(members)
        for name in path.split(separator: ".") {
            guard case .object(let inner) = value, let next = inner[String(name)] else { return nil }
            value = next
        }
        return value
    }
}

/// The value of a claim, as far as anybody looks at it.
indirect enum ClaimValue: Hashable, Sendable, Decodable {
    case text(String)
    case list([ClaimValue])
    case object([String: ClaimValue])
    case other

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let values = try? container.decode([ClaimValue].self) {
            self = .list(values)
        } else if let members = try? container.decode([String: ClaimValue].self) {
            self = .object(members)
        } else {
            self = .other
        }
    }
}

package import Domain
internal import FoundationEssentials

/// The body of a request to make an API key, read and checked.
package struct KeyRequest: Hashable, Sendable {
    /// The longest body, in bytes.
    package static let bodyLimit = 64 << 10
    /// The longest life that can be asked for: ten years, in seconds.
    package static let lifetimeMax = 10 * 366 * 24 * 60 * 60
    /// How many pools a key may be for, unless it is for all.
    private static let poolsMax = 1_000

    /// The key's name for people.
    package let name: String
    /// What it is for.
    package let grant: AccessGrant
    /// How long it holds, in seconds; nil for ever.
    package let lifetimeInSeconds: Int?
    /// How many requests it may send; nil for the coordinator's default.
    package let rate: RequestRate?

    /// Reads a body.
    ///
    /// - Parameter bytes: the body.
    /// - Returns: the request.
    /// - Throws: `sessionPropertiesMissing` when it is not such a body, `sessionRequestValidationFailed` for
    ///   a member of a wrong type or value.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> Self {
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: Data(bytes))
        } catch {
            throw Failure(
                .sessionPropertiesMissing,
                "The body has to be a JSON object with the members name, roles and pools."
            )
        }
        return try Self(fields)
    }

    private init(_ fields: Fields) throws(Failure) {
        name = fields.name
        guard (1...KeyRecord.nameBytesMax).contains(name.utf8.count),
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw Self.refusal("'name' has 1 to \(KeyRecord.nameBytesMax) bytes and no control characters")
        }
        var roles: Set<Role> = []
        for text in fields.roles {
            guard let role = Role.named(text) else {
                throw Self.refusal("'roles' is a list of: " + Role.all.map(\.name).joined(separator: ", "))
            }
            roles.insert(role)
        }
        guard !roles.isEmpty else { throw Self.refusal("'roles' has to name a role") }
        grant = AccessGrant(roles: roles, pools: try Self.scope(fields.pools))
        lifetimeInSeconds = fields.expiresInSeconds
        if let lifetimeInSeconds, !(1...Self.lifetimeMax).contains(lifetimeInSeconds) {
            throw Self.refusal("'expiresInSeconds' is a number from 1 to \(Self.lifetimeMax)")
        }
        guard fields.burst == nil || fields.requestsPerMinute != nil else {
            throw Self.refusal("'burst' needs 'requestsPerMinute'")
        }
        if let perMinute = fields.requestsPerMinute {
            rate = try RequestRate(perMinute: perMinute, burst: fields.burst)
        } else {
            rate = nil
        }
    }

    private static func scope(_ names: [String]) throws(Failure) -> PoolScope {
        if names == ["*"] { return .all }
        guard (1...poolsMax).contains(names.count) else {
            throw refusal("'pools' is [\"*\"] or a list of 1 to \(poolsMax) names")
        }
        var pools: Set<PoolName> = []
        for name in names { pools.insert(try PoolName(name)) }
        return .only(pools)
    }

    private static func refusal(_ sentence: String) -> Failure {
        Failure(.sessionRequestValidationFailed, "The member \(sentence).")
    }

    private struct Fields: Decodable {
        let name: String
        let roles: [String]
        let pools: [String]
        let expiresInSeconds: Int?
        let requestsPerMinute: Int?
        let burst: Int?
    }
}

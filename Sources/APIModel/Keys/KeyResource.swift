package import Domain

/// An API key as the API shows it; the secret only in the answer to its making.
package struct KeyResource: Hashable, Sendable, Decodable {
    /// The key's name for machines.
    package let id: String
    /// The key's name for people.
    package let name: String
    /// The names of its roles.
    package let roles: [String]
    /// The names of its pools; `*` alone for all.
    package let pools: [String]
    /// When it was made, as RFC 3339.
    package let createdAt: String
    /// From when on it is not taken any more, as RFC 3339; nil for never.
    package let expiresAt: String?
    /// Whether that time is over.
    package let expired: Bool
    /// How many requests a minute it may send; nil for the default.
    package let requestsPerMinute: Int?
    /// How many of them at once; nil for the default.
    package let burst: Int?
    /// The secret; nil in a list.
    package let secret: String?

    /// Shows a key.
    ///
    /// - Parameters:
    ///   - record: what is kept of it.
    ///   - now: the time, in milliseconds since 1970.
    ///   - secret: the secret, when it was made just now.
    package init(_ record: KeyRecord, at now: UInt64, secret: String? = nil) {
        id = record.id.text
        name = record.name
        roles = record.grant.roles.map(\.name).sorted()
        pools =
            switch record.grant.pools {
            case .all: ["*"]
            case .only(let names): names.map(\.text).sorted()
            }
        createdAt = Timestamp(epochMilliseconds: record.createdAt).text
        expiresAt = record.expiresAt.map { Timestamp(epochMilliseconds: $0).text }
        expired = record.isExpired(at: now)
        requestsPerMinute = record.rate?.perMinute
        burst = record.rate?.burst
        self.secret = secret
    }

    /// The resource as JSON.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(id)), .init("name", .string(name)),
            .init("roles", .array(roles.map(JSONValue.string))),
            .init("pools", .array(pools.map(JSONValue.string))),
            .init("createdAt", .string(createdAt)), .init("expired", .boolean(expired)),
        ]
        if let expiresAt { members.append(.init("expiresAt", .string(expiresAt))) }
        if let requestsPerMinute { members.append(.init("requestsPerMinute", .integer(requestsPerMinute))) }
        if let burst { members.append(.init("burst", .integer(burst))) }
        if let secret { members.append(.init("secret", .string(secret))) }
        return .object(members)
    }
}

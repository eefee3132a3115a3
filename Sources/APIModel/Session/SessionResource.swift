package import Domain

/// A session that lives, as the contract shows it.
package struct SessionResource: Hashable, Sendable {
    /// The session's identifier.
    package let identifier: String
    /// When it began.
    package let createdAt: String
    /// When it was last used.
    package let lastAccessedAt: String
    /// When it ends if nothing happens before.
    package let expiresAt: String
    /// This life of the session; the same as `x-ms-session-guid` of its executions.
    package let etag: String

    /// Puts the members together.
    ///
    /// - Parameter description: what is known of the session.
    package init(_ description: SessionDescription) {
        identifier = description.session.key.identifier.text
        createdAt = Timestamp(epochMilliseconds: description.createdMilliseconds).text
        lastAccessedAt = Timestamp(epochMilliseconds: description.lastAccessedMilliseconds).text
        expiresAt = Timestamp(epochMilliseconds: description.expiresMilliseconds).text
        etag = description.instance
    }

    /// The session as JSON.
    ///
    /// - Parameter shape: how the route speaks of sessions.
    /// - Returns: the object.
    package func json(as shape: SessionShape) -> JSONValue {
        .object([
            .init("identifier", .string(identifier)),
            .init("etag", .string(etag)),
            .init("createdAt", .string(createdAt)),
            .init("lastAccessedAt", .string(lastAccessedAt)),
            .init(shape.expiry, .string(expiresAt)),
        ])
    }
}

extension SessionResource: Decodable {
    private enum CodingKeys: String, CodingKey {
        case identifier, createdAt, lastAccessedAt, expiresAt, etag
        case expireAt
    }

    /// Reads both shapes.
    ///
    /// - Parameter decoder: where to read from.
    /// - Throws: when a member is missing or of a wrong type.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        identifier = try members.decode(String.self, forKey: .identifier)
        createdAt = try members.decode(String.self, forKey: .createdAt)
        lastAccessedAt = try members.decode(String.self, forKey: .lastAccessedAt)
        expiresAt = try members.decode(
            String.self,
            forKey: members.contains(.expireAt) ? .expireAt : .expiresAt
        )
        etag = try members.decode(String.self, forKey: .etag)
    }
}

/// A page of sessions, as the contract shows it.
package struct SessionListResource: Hashable, Sendable {
    /// The sessions.
    package let sessions: [SessionResource]
    /// Where the next page is; nil when there is none.
    package let nextLink: String?

    /// Puts the members together.
    ///
    /// - Parameters:
    ///   - sessions: what is known of the sessions.
    ///   - nextLink: where the next page is, if there is one.
    package init(_ sessions: [SessionDescription], nextLink: String?) {
        self.sessions = sessions.map { SessionResource($0) }
        self.nextLink = nextLink
    }

    /// The body as UTF-8 text.
    ///
    /// - Parameter shape: how the route speaks of sessions.
    /// - Returns: the JSON; only the management shape has a count, and a `nextLink` that is null.
    package func encoded(as shape: SessionShape) -> [UInt8] {
        let list = JSONValue.array(sessions.map { $0.json(as: shape) })
        let link = nextLink.map { JSONValue.string($0) }
        switch shape {
        case .flat:
            return JSONValue.object(
                [.init("sessions", list)] + (link.map { [.init("nextLink", $0)] } ?? [])
            ).encoded
        case .management:
            return JSONValue.object([
                .init("value", list), .init("count", .integer(sessions.count)),
                .init("nextLink", link ?? .null),
            ]).encoded
        }
    }
}

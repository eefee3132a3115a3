package import Domain

/// A token for joining as the API shows it; the token itself only in the answer to its making.
package struct JoinTokenResource: Hashable, Sendable, Decodable {
    /// Its name.
    package let id: String
    /// The only worker that may use it; nil for any.
    package let worker: String?
    /// When it was made, as RFC 3339.
    package let createdAt: String
    /// From when on it is not taken any more, as RFC 3339.
    package let expiresAt: String
    /// The token; nil in a list.
    package let token: String?

    /// Shows a token.
    ///
    /// - Parameters:
    ///   - record: what is kept of it.
    ///   - token: the token, when it was made just now.
    package init(_ record: JoinTokenRecord, token: String? = nil) {
        id = record.id
        worker = record.worker?.text
        createdAt = Timestamp(epochMilliseconds: record.createdAt).text
        expiresAt = Timestamp(epochMilliseconds: record.expiresAt).text
        self.token = token
    }

    /// The resource as JSON.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(id)), .init("createdAt", .string(createdAt)),
            .init("expiresAt", .string(expiresAt)),
        ]
        if let worker { members.append(.init("worker", .string(worker))) }
        if let token { members.append(.init("token", .string(token))) }
        return .object(members)
    }
}

package import APIModel

/// The API keys of a server; all of these calls need an operator's key.
extension CloisterClient {
    private static let keysPath = "/cloister/v1/keys"

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: its name for people.
    ///   - roles: the names of its roles.
    ///   - pools: the names of its pools; `*` alone for all.
    ///   - lifetimeInSeconds: how long it holds; nil for ever.
    ///   - requestsPerMinute: how many requests a minute it may send; nil for the server's default.
    ///   - burst: how many of them at once.
    /// - Returns: the key with its secret, which cannot be asked for again.
    /// - Throws: why there is none.
    package func createKey(
        name: String,
        roles: [String],
        pools: [String],
        lifetimeInSeconds: Int? = nil,
        requestsPerMinute: Int? = nil,
        burst: Int? = nil
    ) async throws(ClientError) -> KeyResource {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("roles", .array(roles.map(JSONValue.string))),
            .init("pools", .array(pools.map(JSONValue.string))),
        ]
        if let lifetimeInSeconds { members.append(.init("expiresInSeconds", .integer(lifetimeInSeconds))) }
        if let requestsPerMinute { members.append(.init("requestsPerMinute", .integer(requestsPerMinute))) }
        if let burst { members.append(.init("burst", .integer(burst))) }
        return try await createCredential(at: Self.keysPath, members)
    }

    /// Lists all keys, oldest first.
    ///
    /// - Returns: the keys, without their secrets.
    /// - Throws: why they cannot be listed.
    package func keys() async throws(ClientError) -> [KeyResource] {
        try await credentials(at: Self.keysPath, in: "keys")
    }

    /// Revokes a key, at once and for good.
    ///
    /// - Parameter id: the key's name for machines.
    /// - Throws: why it is not revoked.
    package func revokeKey(_ id: String) async throws(ClientError) {
        try await revokeCredential(at: Self.keysPath, id)
    }
}

package import APIModel

/// The tokens with which workers join; all of these calls need an operator's key.
extension CloisterClient {
    private static let tokensPath = "/cloister/v1/tokens"

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - lifetimeInSeconds: how long it holds; nil for the server's usual time.
    ///   - worker: the only worker that may use it; nil for any.
    /// - Returns: the token, which cannot be asked for again.
    /// - Throws: why there is none.
    package func createJoinToken(
        lifetimeInSeconds: Int? = nil,
        worker: String? = nil
    ) async throws(ClientError) -> JoinTokenResource {
        var members: [JSONValue.Member] = []
        if let lifetimeInSeconds { members.append(.init("expiresInSeconds", .integer(lifetimeInSeconds))) }
        if let worker { members.append(.init("worker", .string(worker))) }
        return try await createCredential(at: Self.tokensPath, members)
    }

    /// Lists the tokens that hold, oldest first.
    ///
    /// - Returns: what is known of them, without the tokens themselves.
    /// - Throws: why they cannot be listed.
    package func joinTokens() async throws(ClientError) -> [JoinTokenResource] {
        try await credentials(at: Self.tokensPath, in: "tokens")
    }

    /// Takes a token back that nobody has used.
    ///
    /// - Parameter id: its name.
    /// - Throws: why it is not taken back.
    package func revokeJoinToken(_ id: String) async throws(ClientError) {
        try await revokeCredential(at: Self.tokensPath, id)
    }
}

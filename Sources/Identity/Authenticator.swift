package import Domain

/// What a client presents to be known by.
package enum Credential: Sendable {
    /// The text after `Bearer` of the `Authorization` header: a token of an issuer, or an API key.
    case bearer(String)
    /// The text of the `x-ms-apikey` header: an API key.
    case apiKey(String)
}

/// Tells who presents a credential.
///
/// Asynchronous because a verifier of signed tokens may have to fetch keys.
package protocol Authenticator: Sendable {
    /// Tells who presents a credential.
    ///
    /// - Parameter credential: what the client sent.
    /// - Returns: the caller.
    /// - Throws: `unauthorized` when it is nobody's here, `identityProviderUnavailable` when that cannot be
    ///   found out now.
    func caller(presenting credential: Credential) async throws(Failure) -> Caller
}

/// Knows API keys, and tokens of the configured issuers.
package struct CredentialAuthenticator: Authenticator {
    private let keys: KeyRing
    private let tokens: TokenAuthenticator?

    /// Makes an authenticator.
    ///
    /// - Parameters:
    ///   - keys: the API keys.
    ///   - tokens: what knows tokens; nil when no issuer is configured.
    package init(keys: KeyRing, tokens: TokenAuthenticator? = nil) {
        self.keys = keys
        self.tokens = tokens
    }

    package func caller(presenting credential: Credential) async throws(Failure) -> Caller {
        switch credential {
        case .apiKey(let text): return try await keyCaller(text)
        case .bearer(let text):
            // Keys first: one that an operator wrote into the key file may look like anything.
            if let caller = await keys.caller(holding: text) { return caller }
            guard let tokens, SignedToken.isShapedLikeOne(text) else { return try await keyCaller(text) }
            return try await tokens.caller(presenting: text)
        }
    }

    private func keyCaller(_ text: String) async throws(Failure) -> Caller {
        guard let caller = await keys.caller(holding: text) else {
            throw Failure(.unauthorized, "The key or token is not known here, or it has expired.")
        }
        return caller
    }
}

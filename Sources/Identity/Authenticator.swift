package import Domain

/// Tells who a bearer token belongs to.
///
/// Asynchronous because a verifier of signed tokens may have to fetch keys.
package protocol Authenticator: Sendable {
    /// Tells who a token belongs to.
    ///
    /// - Parameter token: the text after `Bearer` of the `Authorization` header.
    /// - Returns: the caller.
    /// - Throws: `unauthorized` when nobody here has this token.
    func caller(bearing token: String) async throws(Failure) -> Caller
}

/// Knows a fixed set of API keys.
package struct APIKeyAuthenticator: Authenticator {
    private let entries: [(key: APIKey, caller: Caller)]

    /// Makes an authenticator for a set of keys.
    ///
    /// - Parameter entries: the keys and whom they belong to.
    package init(_ entries: [(key: APIKey, caller: Caller)]) { self.entries = entries }

    /// Makes an authenticator for the local administrator's key, which holds every right.
    ///
    /// - Parameter administratorKey: the key of the key file.
    package init(administratorKey: APIKey) {
        self.init([(administratorKey, Caller(name: "administrator", rights: .all))])
    }

    /// Looks the token up among the keys.
    ///
    /// - Parameter token: the text after `Bearer` of the `Authorization` header.
    /// - Returns: the caller whose key it is.
    /// - Throws: `unauthorized` when it is nobody's.
    package func caller(bearing token: String) throws(Failure) -> Caller {
        var found: Caller?
        // All keys are compared, so that the time does not tell which one was close.
        for entry in entries where entry.key.matches(token) {
            found = entry.caller
        }
        guard let found else {
            throw Failure(.unauthorized, "The bearer token is not known here.")
        }
        return found
    }
}

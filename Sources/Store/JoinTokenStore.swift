package import Domain

/// What coordinators remember of the tokens with which workers join.
package protocol JoinTokenStore: Sendable {
    /// Keeps a token, and forgets those that have expired when it was made.
    ///
    /// - Parameter token: what to keep.
    /// - Throws: why it was not kept; a name that is kept already is `failed`.
    func keep(_ token: JoinTokenRecord) async throws(StoreError)

    /// Reads all tokens.
    ///
    /// - Returns: the tokens, oldest first; one that this version cannot read is left out.
    /// - Throws: why they cannot be read.
    func joinTokens() async throws(StoreError) -> [JoinTokenRecord]

    /// Takes a token away for good, for its one use: of several that want it, one gets it.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - digest: the SHA-256 of what was shown.
    ///   - now: the time, in milliseconds since 1970.
    /// - Returns: the token; nil when there is none of this name and digest that holds now, or when it is not known
    ///   who got it.
    /// - Throws: why it cannot be taken; it may be gone then.
    func takeJoinToken(_ id: String, digest: [UInt8], at now: UInt64) async throws(StoreError)
        -> JoinTokenRecord?

    /// Removes a token for good.
    ///
    /// - Parameter id: its name.
    /// - Returns: whether there was one.
    /// - Throws: why it could not be removed.
    func removeJoinToken(_ id: String) async throws(StoreError) -> Bool
}

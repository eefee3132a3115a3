package import Domain

/// Tokens for joining in memory.
extension MemoryStore {
    package func keep(_ token: JoinTokenRecord) throws(StoreError) {
        try checkOpen()
        knownJoinTokens = knownJoinTokens.filter { $0.value.expiresAt > token.createdAt }
        guard knownJoinTokens[token.id] == nil else {
            throw StoreError(.failed, "The token is kept already.")
        }
        knownJoinTokens[token.id] = token
    }

    package func joinTokens() throws(StoreError) -> [JoinTokenRecord] {
        try checkOpen()
        return knownJoinTokens.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    package func takeJoinToken(
        _ id: String,
        digest: [UInt8],
        at now: UInt64
    ) throws(StoreError) -> JoinTokenRecord? {
        try checkOpen()
        guard let token = knownJoinTokens[id], token.digest == digest, token.expiresAt > now else {
            return nil
        }
        knownJoinTokens[id] = nil
        return token
    }

    package func removeJoinToken(_ id: String) throws(StoreError) -> Bool {
        try checkOpen()
        return knownJoinTokens.removeValue(forKey: id) != nil
    }
}

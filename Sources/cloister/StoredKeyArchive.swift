internal import Domain
internal import Identity
internal import Store

/// The archive of both key rings and of the tokens for joining in the coordinator's store.
struct StoredKeyArchive: KeyArchive, MCPKeyArchive, JoinTokenArchive {
    let store: any KeyStore & MCPKeyStore & JoinTokenStore

    func keep(_ key: KeyRecord) async throws(Failure) {
        do { try await store.keep(key) } catch { throw Self.failure(error) }
    }

    func keys() async throws(Failure) -> [KeyRecord] {
        do { return try await store.keys() } catch { throw Self.failure(error) }
    }

    func removeKey(_ id: KeyID) async throws(Failure) {
        do { _ = try await store.removeKey(id) } catch { throw Self.failure(error) }
    }

    func keepMCPKeyRotations(_ count: Int, of pool: PoolName) async throws(Failure) {
        do { try await store.keepMCPKeyRotations(count, of: pool) } catch { throw Self.failure(error) }
    }

    func mcpKeyRotations() async throws(Failure) -> [PoolName: Int] {
        do { return try await store.mcpKeyRotations() } catch { throw Self.failure(error) }
    }

    func keep(_ token: JoinTokenRecord) async throws(Failure) {
        do { try await store.keep(token) } catch { throw Self.failure(error) }
    }

    func joinTokens() async throws(Failure) -> [JoinTokenRecord] {
        do { return try await store.joinTokens() } catch { throw Self.failure(error) }
    }

    func takeJoinToken(
        _ id: String,
        digest: [UInt8],
        at now: UInt64
    ) async throws(Failure) -> JoinTokenRecord? {
        do { return try await store.takeJoinToken(id, digest: digest, at: now) } catch {
            throw Self.failure(error)
        }
    }

    func removeJoinToken(_ id: String) async throws(Failure) -> Bool {
        do { return try await store.removeJoinToken(id) } catch { throw Self.failure(error) }
    }

    // The store's sentence has its path in it and may reach a client.
    private static func failure(_ error: StoreError) -> Failure {
        Failure(
            .notReady,
            "The store of the keys cannot be used now (\(error.code)); the coordinator's log has more.",
            retryAfterSeconds: 5
        )
    }
}

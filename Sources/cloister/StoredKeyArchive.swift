internal import Domain
internal import Identity
internal import Store

/// The archive of both key rings in the coordinator's store.
struct StoredKeyArchive: KeyArchive, MCPKeyArchive {
    let store: any KeyStore & MCPKeyStore

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

    // The store's sentence has its path in it and may reach a client.
    private static func failure(_ error: StoreError) -> Failure {
        Failure(
            .notReady,
            "The store of the keys cannot be used now (\(error.code)); the coordinator's log has more.",
            retryAfterSeconds: 5
        )
    }
}

package import Domain

/// Reading without waiting for what is told.
extension EtcdDirectory {
    package func entry(of key: SessionKey) async throws(StoreError) -> DirectoryEntry? {
        try await repeated { (_) async throws(StoreError) in
            let present = try await self.read(self.places.session(key))
            // Nothing there is an answer, too.
            return Optional.some(try present?.session.entry)
        }
    }
}

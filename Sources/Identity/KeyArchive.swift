package import Domain

/// Where a key ring keeps its records over restarts.
package protocol KeyArchive: Sendable {
    /// Keeps a key.
    ///
    /// - Parameter key: what to keep.
    /// - Throws: `notReady` when it was not kept.
    func keep(_ key: KeyRecord) async throws(Failure)

    /// Reads all keys.
    ///
    /// - Returns: the keys, oldest first.
    /// - Throws: `notReady` when they cannot be read.
    func keys() async throws(Failure) -> [KeyRecord]

    /// Removes a key for good.
    ///
    /// - Parameter id: the key's name.
    /// - Throws: `notReady` when it could not be removed.
    func removeKey(_ id: KeyID) async throws(Failure)
}

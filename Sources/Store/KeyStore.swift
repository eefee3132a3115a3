package import Domain

/// What a coordinator remembers of API keys over its restarts.
package protocol KeyStore: Sendable {
    /// Keeps a key.
    ///
    /// - Parameter key: what to keep.
    /// - Throws: why it was not kept; a name or a digest that is kept already is `failed`.
    func keep(_ key: KeyRecord) async throws(StoreError)

    /// Reads all keys.
    ///
    /// - Returns: the keys, oldest first; one that this version cannot read is left out, and with it every
    ///   right that it gave.
    /// - Throws: why they cannot be read.
    func keys() async throws(StoreError) -> [KeyRecord]

    /// Removes a key for good.
    ///
    /// - Parameter id: the key's name.
    /// - Returns: whether there was one.
    /// - Throws: why it could not be removed.
    func removeKey(_ id: KeyID) async throws(StoreError) -> Bool
}

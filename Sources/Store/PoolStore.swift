package import Domain

/// What a coordinator remembers of the control plane's pools over its restarts.
package protocol PoolStore: Sendable {
    /// Keeps a pool, in the place of what was kept under its name.
    ///
    /// - Parameter pool: what to keep.
    /// - Throws: why it was not kept; what was kept before still is then.
    func keep(_ pool: PoolRecord) async throws(StoreError)

    /// Reads all pools.
    ///
    /// - Returns: the pools, by name.
    /// - Throws: why they cannot be read.
    func pools() async throws(StoreError) -> [PoolRecord]

    /// Removes a pool for good.
    ///
    /// - Parameter name: the pool.
    /// - Throws: why it could not be removed.
    func removePool(_ name: PoolName) async throws(StoreError)
}

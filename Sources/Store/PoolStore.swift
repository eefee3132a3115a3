package import Domain

/// What a coordinator remembers of the control plane's pools over its restarts.
package protocol PoolStore: Sendable {
    /// Keeps a pool, in the place of what was kept under its name.
    ///
    /// - Parameters:
    ///   - pool: what to keep.
    ///   - present: what has to be kept under its name until then; nil for nothing.
    /// - Returns: whether it is kept now; else something else than `present` was kept, and still is.
    /// - Throws: why it was not kept; what was kept before still is then.
    func keep(_ pool: PoolRecord, replacing present: PoolRecord?) async throws(StoreError) -> Bool

    /// Reads all pools.
    ///
    /// - Returns: the pools, by name.
    /// - Throws: why they cannot be read.
    func pools() async throws(StoreError) -> [PoolRecord]

    /// Removes a pool for good.
    ///
    /// - Parameters:
    ///   - name: the pool.
    ///   - present: what has to be kept under the name until then; nil for nothing.
    /// - Returns: whether there is none now; else something else than `present` was kept, and still is.
    /// - Throws: why it could not be removed.
    func removePool(_ name: PoolName, replacing present: PoolRecord?) async throws(StoreError) -> Bool
}

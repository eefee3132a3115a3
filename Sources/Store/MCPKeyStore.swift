package import Domain

/// What a coordinator remembers of the pools' MCP keys over its restarts; the keys themselves are kept nowhere.
package protocol MCPKeyStore: Sendable {
    /// Keeps how often a pool's key was rotated; a number never falls, or an old key would be valid again.
    ///
    /// - Parameters:
    ///   - count: how often.
    ///   - pool: the pool.
    /// - Throws: why it was not kept.
    func keepMCPKeyRotations(_ count: Int, of pool: PoolName) async throws(StoreError)

    /// Reads how often keys were rotated.
    ///
    /// - Returns: the numbers of all pools whose key ever was.
    /// - Throws: why they cannot be read.
    func mcpKeyRotations() async throws(StoreError) -> [PoolName: Int]
}

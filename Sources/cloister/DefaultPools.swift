internal import Domain

/// The pools that a cluster has without configuration.
enum DefaultPools {
    /// One pool for Python.
    ///
    /// - Returns: the pools.
    /// - Throws: nothing in practice; the names are checked like any other.
    static func all() throws(Failure) -> [PoolConfiguration] {
        [PoolConfiguration(name: try PoolName("python"), runtime: .python)]
    }
}

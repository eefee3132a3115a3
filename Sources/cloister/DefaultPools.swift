internal import Domain

/// The pools that a cluster has without configuration.
enum DefaultPools {
    /// How many sandboxes of the pool are kept ready.
    static let readySessions = 2

    /// One pool for Python.
    ///
    /// - Parameter readySessions: how many sandboxes are kept ready for new sessions.
    /// - Returns: the pools.
    /// - Throws: nothing in practice; the names are checked like any other.
    static func all(readySessions: Int = readySessions) throws(Failure) -> [PoolConfiguration] {
        [PoolConfiguration(name: try PoolName("python"), runtime: .python, readySessions: readySessions)]
    }
}

extension [PoolConfiguration] {
    /// The memory of the largest guests, in MiB.
    var guestMemoryMiB: Int { map(\.memoryMiB).max() ?? 0 }
}

internal import Domain

/// The pools that a cluster has without configuration: one for each runtime, named like it.
enum DefaultPools {
    /// Makes the pools.
    ///
    /// - Parameter readySessions: how many sandboxes of each pool are kept ready for new sessions; nil for
    ///   as many as is usual.
    /// - Returns: the pools; a worker makes their templates in this order.
    /// - Throws: nothing in practice; the names are checked like any other.
    static func all(readySessions: Int? = nil) throws(Failure) -> [PoolConfiguration] {
        [
            PoolConfiguration(
                name: try PoolName("python"),
                runtime: .python,
                readySessions: readySessions ?? 2
            ),
            // They load less before the first line of code; half of the memory does.
            PoolConfiguration(
                name: try PoolName("node"),
                runtime: .node,
                memoryMiB: 256,
                diskMiB: 96,
                readySessions: readySessions ?? 1
            ),
            PoolConfiguration(
                name: try PoolName("shell"),
                runtime: .shell,
                memoryMiB: 256,
                diskMiB: 96,
                readySessions: readySessions ?? 1
            ),
        ]
    }
}

extension [PoolConfiguration] {
    /// The memory of the largest guests, in MiB.
    var guestMemoryMiB: Int { map(\.memoryMiB).max() ?? 0 }
}

package import Domain

/// The pools that a cluster has without configuration: one for each runtime, named like it.
package enum DefaultPools {
    /// Their names.
    static let names = Runtime.all.map(\.name)

    /// Makes the pools.
    ///
    /// - Parameter readySessions: how many sandboxes of each pool are kept ready for new sessions; nil for
    ///   as many as is usual.
    /// - Returns: the pools; a worker makes their templates in this order.
    /// - Throws: nothing in practice; the names are checked like any other.
    package static func all(readySessions: Int? = nil) throws(Failure) -> [PoolConfiguration] {
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

    /// What a member of the pools is without configuration, as it would stand in a file.
    static func standard(_ member: (PoolConfiguration) -> Int) -> Setting.Standard {
        let pools = (try? all()) ?? []
        let values = pools.map { ($0.name.text, String(member($0))) }
        let isOne = Set(values.map(\.1)).count == 1
        return isOne
            ? .value(values[0].1) : .valueOfName(Dictionary(values) { first, _ in first })
    }
}

extension [PoolConfiguration] {
    /// The memory of the largest guests, in MiB.
    package var guestMemoryMiB: Int { map(\.memoryMiB).max() ?? 0 }
}

internal import APIModel
internal import Domain

/// What the records of the control plane mean for the cluster.
enum PoolMeaning {
    /// The pool that a record describes.
    ///
    /// - Parameter record: the record, as it was kept.
    /// - Returns: the configuration.
    /// - Throws: why this version cannot run it.
    static func configuration(of record: PoolRecord) throws(Failure) -> PoolConfiguration {
        try SessionPoolResource(record).configuration()
    }
}

package import Domain

/// What the control plane needs of the cluster.
package protocol PoolControl: Sendable {
    /// The pools that stand in the configuration; they change with it and not here.
    var declaredPools: [PoolConfiguration] { get }

    /// The pools that were made here.
    ///
    /// - Returns: their records, by name.
    func pools() async -> [PoolRecord]

    /// When a pool was made.
    ///
    /// - Parameter name: the pool.
    /// - Returns: the time, in milliseconds since 1970; 0 for one of the configuration, nil for one that is not there.
    func birth(of name: PoolName) async -> UInt64?

    /// Keeps a pool and has the cluster run it from now on; live sessions go on as they began.
    ///
    /// - Parameters:
    ///   - record: what to keep.
    ///   - configuration: what that means.
    ///   - present: what the caller took for the present record when it made the new one.
    /// - Throws: `anotherOperationInProgress` when somebody else changes the pool, `propertyChangeNotAllowed` when
    ///   the name belongs to the configuration, `notReady` when it could not be kept; nothing has changed then.
    func keep(
        _ record: PoolRecord,
        as configuration: PoolConfiguration,
        replacing present: PoolRecord?
    ) async throws(Failure)

    /// Removes a pool; its sessions end soon, and ``isEnding(_:)`` tells when they have.
    ///
    /// - Parameter record: the pool, as the caller knows it.
    /// - Throws: as ``keep(_:as:replacing:)`` does.
    func remove(_ record: PoolRecord) async throws(Failure)

    /// Whether a removed pool still has sessions that are being ended.
    ///
    /// - Parameter name: the pool.
    /// - Returns: whether it does.
    func isEnding(_ name: PoolName) async -> Bool
}

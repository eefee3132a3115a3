package import Domain

/// What the HTTP API needs of the cluster.
///
/// The coordinator's cluster actor is the one implementation in the product; tests of the API's
/// parsing and error mapping bring their own.
package protocol SessionDispatch: FileDispatch {
    /// Finds a pool.
    ///
    /// - Parameter name: the pool's name.
    /// - Returns: its configuration.
    /// - Throws: `sessionPoolNotFound`.
    func pool(named name: PoolName) async throws(Failure) -> PoolConfiguration

    /// Runs code in a session, which begins with this call if the identifier has none.
    ///
    /// Cancelling the calling task interrupts the code.
    ///
    /// - Parameters:
    ///   - spec: what to run.
    ///   - session: where to run it.
    /// - Returns: the report of the ended execution; code that failed is a report, not an error.
    /// - Throws: whatever kept the code from running or its end from being known.
    func execute(_ spec: ExecutionSpec, in session: SessionKey) async throws(Failure) -> ExecutionReport

    /// Whether requests can be served now.
    ///
    /// - Returns: nil when they can, else the reason why not.
    func unreadiness() async -> Failure?
}

package import Domain

/// What the HTTP API needs of the cluster.
///
/// The coordinator's cluster actor is the one implementation in the product; tests of the API's
/// parsing and error mapping bring their own.
package protocol SessionDispatch: FileDispatch, TerminalDispatch {
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

    /// Begins an execution and does not wait for its end; the caller may go, and the execution goes on.
    ///
    /// - Parameters:
    ///   - spec: what to run; asked again with the same name, it does not run again.
    ///   - session: where to run it.
    /// - Returns: what there is of it already.
    /// - Throws: whatever kept it from being taken in.
    func begin(_ spec: ExecutionSpec, in session: SessionKey) async throws(Failure) -> EventPage

    /// Reads what an execution has produced.
    ///
    /// - Parameters:
    ///   - execution: its name.
    ///   - session: where it was begun; it is not begun by this.
    ///   - sequence: the first place that is wanted.
    ///   - wait: how long to wait for an event that is not there yet; zero to tell what there is.
    /// - Returns: the events from that place on, or a first part of them.
    /// - Throws: `executionNotFound` when session or execution is not there (any more), `sessionLost`.
    func events(
        of execution: ExecutionID,
        in session: SessionKey,
        from sequence: UInt64,
        wait: Duration
    ) async throws(Failure) -> EventPage

    /// Ends an execution early; one that has ended already stays as it is.
    ///
    /// - Parameters:
    ///   - execution: its name.
    ///   - session: where it was begun.
    /// - Throws: `executionNotFound` when session or execution is not there (any more), `sessionLost`.
    func cancel(_ execution: ExecutionID, in session: SessionKey) async throws(Failure)

    /// Says that who asked for an execution waits no more: it is ended early unless somebody else asked for it, too.
    ///
    /// - Parameters:
    ///   - execution: its name.
    ///   - session: where it was begun.
    func abandon(_ execution: ExecutionID, in session: SessionKey) async

    /// Tells what a pool's sandboxes have installed.
    ///
    /// - Parameter pool: the pool.
    /// - Returns: the description, from a worker.
    /// - Throws: `sessionPoolNotFound`, `noWorkerAvailable`.
    func image(of pool: PoolName) async throws(Failure) -> ImageDescription

    /// Ends a session; when this returns, its machine is gone and the identifier can begin anew.
    ///
    /// - Parameter session: the session.
    /// - Throws: `noSessionFound`, `sessionLost` when that is why there is none, `deadlineExceeded` when
    ///   the worker has not said in time that the session is gone; it is stopped all the same.
    func stop(_ session: SessionKey) async throws(Failure)

    /// Tells what is known of a session; that is no use of it.
    ///
    /// - Parameter session: the session.
    /// - Returns: its description.
    /// - Throws: `noSessionFound`, `noWorkerAvailable` when its worker does not answer.
    func session(_ session: SessionKey) async throws(Failure) -> SessionDescription

    /// Tells what is known of a pool's sessions, in the order in which they began.
    ///
    /// - Parameters:
    ///   - pool: the pool.
    ///   - skip: how many sessions to leave out at the front.
    ///   - most: how many to tell, at most 1,000.
    /// - Returns: the page.
    /// - Throws: `sessionPoolNotFound`, `noWorkerAvailable` when a worker does not answer.
    func sessions(of pool: PoolName, skip: Int, most: Int) async throws(Failure) -> SessionPage

    /// The ends of an identifier's former sessions.
    ///
    /// - Parameter session: the sessions' name.
    /// - Returns: their tombstones that are still kept, newest first, 100 at most.
    func endedSessions(of session: SessionKey) async -> [EndedSessionRecord]

    /// Whether requests can be served now.
    ///
    /// - Returns: nil when they can, else the reason why not.
    func unreadiness() async -> Failure?
}

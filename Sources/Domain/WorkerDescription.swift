/// What people want to know of a worker and it alone knows.
package struct WorkerDescription: Hashable, Sendable {
    /// The sandboxes of a pool that wait for a session.
    package struct Ready: Hashable, Sendable {
        /// The pool.
        package let pool: PoolName
        /// How many there are to be.
        package let wanted: Int
        /// How many there are.
        package let ready: Int
        /// How many are being made.
        package let starting: Int

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - pool: the pool.
        ///   - wanted: how many there are to be.
        ///   - ready: how many there are.
        ///   - starting: how many are being made.
        package init(pool: PoolName, wanted: Int, ready: Int, starting: Int) {
            self.pool = pool
            self.wanted = wanted
            self.ready = ready
            self.starting = starting
        }
    }

    /// The version of its program.
    package let version: String
    /// When it began, in milliseconds since 1970.
    package let startedMilliseconds: UInt64
    /// The sandboxes that wait for a session, by pool.
    package let ready: [Ready]
    /// Whether its sandboxes run nothing and answer all the same: it is there for measurements only.
    package let hasNoOpSandboxes: Bool

    /// Makes a description.
    ///
    /// - Parameters:
    ///   - version: the version of its program.
    ///   - startedMilliseconds: when it began, in milliseconds since 1970.
    ///   - ready: the sandboxes that wait for a session, by pool.
    ///   - hasNoOpSandboxes: whether its sandboxes run nothing.
    package init(
        version: String,
        startedMilliseconds: UInt64,
        ready: [Ready],
        hasNoOpSandboxes: Bool = false
    ) {
        self.version = version
        self.startedMilliseconds = startedMilliseconds
        self.ready = ready
        self.hasNoOpSandboxes = hasNoOpSandboxes
    }
}

/// How many sandboxes of a pool a worker keeps ready.
package struct ReadyTarget: Hashable, Sendable {
    /// The pool.
    package let pool: PoolConfiguration
    /// How many.
    package let count: Int

    /// Joins a pool and a number.
    ///
    /// - Parameters:
    ///   - pool: the pool.
    ///   - count: how many sandboxes are kept ready.
    package init(pool: PoolConfiguration, count: Int) {
        self.pool = pool
        self.count = count
    }
}

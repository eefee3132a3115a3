/// What names a session in the whole cluster: its pool and its identifier.
package struct SessionKey: Hashable, Sendable, CustomStringConvertible {
    /// The pool that the session belongs to.
    package let pool: PoolName
    /// The client's name for the session.
    package let identifier: SessionIdentifier

    /// Joins a pool and an identifier.
    ///
    /// - Parameters:
    ///   - pool: the pool that the session belongs to.
    ///   - identifier: the client's name for the session.
    package init(pool: PoolName, identifier: SessionIdentifier) {
        self.pool = pool
        self.identifier = identifier
    }

    package var description: String { "\(pool)/\(identifier)" }

    /// Where the session stands on the ring; the separator cannot occur in a pool name.
    package var ringPosition: UInt64 {
        var hash = StableHash()
        hash.combine(pool.text.utf8)
        hash.combine(CollectionOfOne(UInt8(ascii: "/")))
        hash.combine(identifier.text.utf8)
        return hash.value
    }
}

/// Counts the sessions that an identifier has had, so that a late message for an earlier one is refused.
package struct SessionGeneration: Hashable, Comparable, Sendable {
    /// The number; greater is newer.
    package let number: UInt64

    /// Wraps a number.
    ///
    /// - Parameter number: the number; greater is newer.
    package init(_ number: UInt64) { self.number = number }

    package static func < (older: Self, newer: Self) -> Bool { older.number < newer.number }
}

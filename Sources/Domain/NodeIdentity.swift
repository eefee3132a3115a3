/// The name of a worker, stable over its restarts.
package struct WorkerID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name: 1 to 63 letters, digits, dots, hyphens and underscores.
    package let text: String

    /// Checks and takes over a name.
    ///
    /// - Parameter text: the name as configured or announced.
    /// - Throws: `invalidConfiguration` when it is empty, too long or holds other characters.
    package init(_ text: String) throws(Failure) {
        guard text.isPlainName(upTo: 63) else {
            throw Failure(
                .invalidConfiguration,
                "A worker's name has 1 to 63 letters, digits, dots, hyphens and underscores."
            )
        }
        self.text = text
    }

    package var description: String { text }

    package static func < (first: Self, second: Self) -> Bool { first.text < second.text }
}

/// One life of a process: drawn at random at its start, so a restarted node is never taken for its former self.
package struct Incarnation: Hashable, Sendable {
    /// The random number.
    package let number: UInt64

    /// Wraps a number.
    ///
    /// - Parameter number: the number drawn at the start of the process.
    package init(_ number: UInt64) { self.number = number }

    /// Draws a new one.
    ///
    /// - Parameter generator: where the randomness comes from.
    /// - Returns: an incarnation that no other process has, for all practical purposes.
    package static func draw(using generator: inout some RandomNumberGenerator) -> Self {
        Self(generator.next())
    }
}

/// Counts the leases that a worker lost within one incarnation; a command of an earlier epoch is refused.
package struct WorkerEpoch: Hashable, Comparable, Sendable {
    /// The number; greater is newer.
    package let number: UInt64

    /// Wraps a number.
    ///
    /// - Parameter number: the number; greater is newer.
    package init(_ number: UInt64) { self.number = number }

    /// The epoch that begins when a lease was lost.
    package var next: Self { Self(number + 1) }

    package static func < (older: Self, newer: Self) -> Bool { older.number < newer.number }
}

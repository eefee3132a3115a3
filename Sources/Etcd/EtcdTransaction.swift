/// Conditions, and what is done when all of them hold or when one does not: as a whole or not at all.
package struct EtcdTransaction: Sendable {
    /// The most operations of one transaction (etcd's `--max-txn-ops`).
    package static let operationsMax = 128

    /// What has to hold.
    package enum Condition: Sendable {
        /// The key is not there.
        case isAbsent(String)
        /// The key is there.
        case isPresent(String)
        /// The key's value was written by this revision.
        case isUnchanged(String, since: Int64)
        /// No key of the range is there.
        case isEmpty(EtcdKeyRange)
    }

    /// What is done.
    package enum Operation: Sendable {
        /// A value is written, under a lease if there is one.
        case put(String, [UInt8], lease: EtcdLease? = nil)
        /// Keys are removed.
        case remove(EtcdKeyRange)
        /// Keys are read.
        case read(EtcdKeyRange, limit: Int = 0, order: EtcdOrder = .ascending)
    }

    let conditions: [Condition]
    let operations: [Operation]
    let otherwise: [Operation]

    /// Makes a transaction.
    ///
    /// - Parameters:
    ///   - conditions: what has to hold; none always holds.
    ///   - operations: what is done when it holds.
    ///   - otherwise: what is done when it does not.
    package init(
        if conditions: [Condition] = [],
        then operations: [Operation],
        otherwise: [Operation] = []
    ) {
        precondition(max(operations.count, otherwise.count) <= Self.operationsMax, "etcd takes no more")
        self.conditions = conditions
        self.operations = operations
        self.otherwise = otherwise
    }

    /// What became of a transaction.
    package struct Outcome: Sendable {
        /// Whether all conditions held.
        package let held: Bool
        /// The revision of etcd then.
        package let revision: Int64
        /// What each operation read or removed.
        package let results: [Result]
    }

    /// What an operation did.
    package struct Result: Sendable {
        /// What was read.
        package let entries: [EtcdEntry]
        /// How many keys there are in the range, or were removed.
        package let count: Int
    }
}

/// In which order of their keys entries are read.
package enum EtcdOrder: Sendable {
    /// The least first.
    case ascending
    /// The greatest first.
    case descending
}

/// Keys that are written under a lease are removed when nobody renews it.
package struct EtcdLease: Hashable, Sendable {
    let id: Int64
}

/// Why etcd did not do what it was asked.
package struct EtcdError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of reason; the set may grow.
    package struct Kind: Hashable, Sendable {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// No member could be asked, or none has a leader: nothing was done.
        package static let unavailable = Self("unavailable")
        /// The connection broke, or time was over, after the question was sent: it may have been done.
        package static let uncertain = Self("uncertain")
        /// etcd understood and refused.
        package static let refused = Self("refused")
        /// The lease is not there any more.
        package static let leaseNotFound = Self("leaseNotFound")
        /// User, password or certificate do not do.
        package static let unauthorized = Self("unauthorized")
        /// etcd has no room for more; it has to be compacted and defragmented, or its quota raised.
        package static let full = Self("full")
        /// The answer is none of etcd's.
        package static let malformedAnswer = Self("malformedAnswer")
        /// The client was closed.
        package static let closed = Self("closed")
    }

    /// The kind of reason.
    package let kind: Kind
    /// What happened, for those who operate the node.
    package let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { "etcd: \(message)" }
}

/// Why bytes could not be sent, received or answered.
package struct TransportError: Error, Hashable, CustomStringConvertible {
    /// The kind of the failure, for programs.
    package let code: Code

    /// One sentence for the operator; it may name addresses and must not leave the process.
    package let message: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: The kind of the failure.
    ///   - message: One sentence for the operator.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the sentence.
    package var description: String { "\(code): \(message)" }
}

extension TransportError {
    /// A kind of failure; new ones may be added.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        package let description: String

        private init(_ name: String) { description = name }

        /// The address cannot be read, or does not fit its use.
        package static let invalidAddress = Code("invalid-address")
        /// The address would carry messages between machines without TLS, or TLS without an identity.
        package static let insecureAddress = Code("insecure-address")
        /// Somebody listens at the address already.
        package static let addressInUse = Code("address-in-use")
        /// The certificate, key or authority cannot be used.
        package static let invalidIdentity = Code("invalid-identity")
        /// The time was over first.
        package static let timedOut = Code("timed-out")
        /// The task was cancelled first.
        package static let cancelled = Code("cancelled")
        /// The outbox is closed.
        package static let closed = Code("closed")
        /// A bound is reached: too many wait already.
        package static let overloaded = Code("overloaded")
        /// The message is longer than the outbox allows.
        package static let messageTooLarge = Code("message-too-large")
        /// The peer was declared dead while its answer was awaited.
        package static let peerLost = Code("peer-lost")
        /// Memory, descriptors or another resource of the system is used up.
        package static let resourceExhausted = Code("resource-exhausted")
        /// Something else failed; the message says what.
        package static let failed = Code("failed")
    }
}

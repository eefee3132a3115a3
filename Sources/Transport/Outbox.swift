/// The sending end towards exactly one peer.
package protocol Outbox: Sendable {
    /// The address of the peer.
    var address: String { get }

    /// Hands one message to the connection.
    ///
    /// Success means that the connection took the message, not that the peer received it: a peer that dies
    /// takes what was on its way with it. Nothing is ever sent a second time. A failed send was not delivered
    /// and will not be: there is no queue in which it could wait for the peer's successor.
    ///
    /// - Parameters:
    ///   - bytes: The message.
    ///   - timeout: How long to wait for the peer, or for room; zero sends only what can go at once.
    /// - Throws: ``TransportError/Code/timedOut`` when the peer stays away, ``TransportError/Code/cancelled``,
    ///   ``TransportError/Code/closed``, ``TransportError/Code/messageTooLarge``, and
    ///   ``TransportError/Code/overloaded`` when more sends wait than the outbox allows.
    func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError)

    /// Ends waiting sends with ``TransportError/Code/closed`` and awaits them.
    ///
    /// The connection closes after that, in the background. What it took last may be lost. Closing twice is
    /// no error.
    func close() async
}

extension Outbox {
    /// Hands one message to the connection before a point in time.
    ///
    /// - Parameters:
    ///   - bytes: The message.
    ///   - deadline: When to give up; a deadline in the past fails without an attempt.
    /// - Throws: What ``Outbox/send(_:timeout:)`` throws.
    package func send(
        _ bytes: [UInt8],
        by deadline: ContinuousClock.Instant
    ) async throws(TransportError) {
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard remaining > .zero else {
            throw TransportError(.timedOut, "The deadline had passed before the send.")
        }
        try await send(bytes, timeout: remaining)
    }
}

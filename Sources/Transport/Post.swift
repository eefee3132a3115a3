/// The place where one process opens the inbox it receives with and the outboxes it sends with.
///
/// Messages are bytes and go one way. What is asked and what is answered is matched by ``Correspondence``.
package protocol Post: Sendable {
    /// Opens an inbox and starts to listen.
    ///
    /// An inbox stays open for as long as the process lives; there is no way to close it, because libnng may
    /// hang for ever when a receiving socket is closed under traffic.
    ///
    /// - Parameters:
    ///   - address: Where to listen; port 0 lets the system choose one, see ``Inbox/address``.
    ///   - maximumMessageSize: A longer message is dropped, with the connection that it came over.
    /// - Returns: The listening inbox.
    /// - Throws: An error of the address, of the TLS identity or of the system.
    func openInbox(
        at address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Inbox

    /// Opens an outbox to one peer, which need not be there yet.
    ///
    /// - Parameters:
    ///   - address: The address of the peer's inbox.
    ///   - maximumMessageSize: A longer message is refused before it is sent. The receiver has the last word;
    ///     this limit turns a silent drop into an error.
    /// - Returns: The outbox, which connects and connects again by itself.
    /// - Throws: An error of the address, of the TLS identity or of the system; never that the peer is away.
    func openOutbox(
        to address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Outbox
}

extension Post {
    /// Opens an outbox that leaves the limit of the message size to the receiver.
    ///
    /// - Parameter address: The address of the peer's inbox.
    /// - Returns: The outbox, which connects and connects again by itself.
    /// - Throws: An error of the address, of the TLS identity or of the system; never that the peer is away.
    package func openOutbox(to address: String) async throws(TransportError) -> any Outbox {
        try await openOutbox(to: address, maximumMessageSize: .max)
    }
}

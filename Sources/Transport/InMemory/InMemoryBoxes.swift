import Synchronization

/// An inbox of an ``InMemoryTransport``.
final class InMemoryInbox: Inbox {
    /// The address that the inbox listens at.
    let address: String

    private let network: InMemoryTransport

    /// Creates the inbox; the network knows it by its identity.
    init(address: String, network: InMemoryTransport) {
        self.address = address
        self.network = network
    }

    /// Nothing here calls back on threads of its own.
    var executor: any TaskExecutor { globalConcurrentExecutor }

    /// Waits for the next message.
    func receive() async throws(TransportError) -> [UInt8] {
        try await network.receive(for: self)
    }
}

/// An outbox of an ``InMemoryTransport``.
final class InMemoryOutbox: Outbox {
    /// The address of the peer.
    let address: String

    private let maximumMessageSize: Int
    private let network: InMemoryTransport
    private let isClosed = Mutex(false)

    /// Creates the outbox; the network knows it by its identity.
    init(address: String, maximumMessageSize: Int, network: InMemoryTransport) {
        self.address = address
        self.maximumMessageSize = maximumMessageSize
        self.network = network
    }

    /// Hands one message to the network.
    func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {
        guard bytes.count <= maximumMessageSize else {
            throw TransportError(
                .messageTooLarge,
                "\(bytes.count) bytes are more than the \(maximumMessageSize) allowed to \(address)."
            )
        }
        guard !isClosed.withLock({ $0 }) else { throw TransportError(.closed, "The outbox is closed.") }
        try await network.send(bytes, from: self, timeout: timeout)
    }

    /// Ends waiting sends.
    func close() async {
        isClosed.withLock { $0 = true }
        await network.close(self)
    }
}

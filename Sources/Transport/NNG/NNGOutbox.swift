import CNNG

/// A PUSH socket with one dialer, so that the library has no choice of peers.
final class NNGOutbox: Outbox {
    /// The address of the peer.
    let address: String

    private let socket: OutboxSocket
    private let maximumMessageSize: Int
    private let operations: OperationPool

    /// Opens the socket and begins to dial in the background.
    init(
        dialing address: Address,
        identity: TLSIdentity?,
        maximumMessageSize: Int,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        self.address = address.description
        self.maximumMessageSize = maximumMessageSize
        self.operations = OperationPool(limit: limits.waitingSends)
        self.socket = try OutboxSocket(dialing: address, identity: identity, limits: limits)
    }

    /// Hands one message to the connection.
    func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {
        guard bytes.count <= maximumMessageSize else {
            throw TransportError(
                .messageTooLarge,
                "\(bytes.count) bytes are more than the \(maximumMessageSize) allowed to \(address)."
            )
        }
        let result = try await operations.withOperation { operation async throws(TransportError) in
            await operation.send(
                try Message(copying: bytes),
                on: socket.handle,
                milliseconds: timeout.libraryMilliseconds
            )
        }
        guard result != 0 else { return socket.noteSuccess() }
        if result == Int32(NNG_ETIMEDOUT.rawValue) { socket.noteTimeout() }
        let error = TransportError(nng: result, "send to \(address)")
        guard error.code == .cancelled, operations.isDrained, !Task.isCancelled else { throw error }
        throw TransportError(.closed, "The outbox to \(address) was closed during a send.")
    }

    /// Ends waiting sends, awaits them, and closes the connection.
    func close() async {
        await operations.drain()
        await socket.close()
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a short wait is not none, within the library's range.
    var libraryMilliseconds: Int32 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(milliseconds)
    }
}

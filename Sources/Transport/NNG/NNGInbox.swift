import CNNG
import Synchronization

/// A PULL socket that listens; it lives as long as the process.
final class NNGInbox: Inbox {
    /// The address that the inbox listens at.
    let address: String

    private let socket: nng_socket
    private let maximumMessageSize: Int
    private let operations: OperationPool
    private let callbacks = CallbackExecutor()
    private let listener: InboxListener
    /// What came with a message that was read; the next one stands last.
    private let unread = Mutex<[[UInt8]]>([])

    /// Opens the socket and listens; may block while a name is resolved.
    init(
        listeningAt address: Address,
        maximumMessageSize: Int,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        var socket = nng_socket()
        try TransportError.check(nng_pull0_open(&socket), "open an inbox")
        do throws(TransportError) {
            try TransportError.check(
                nng_socket_set_size(
                    socket,
                    NNG_OPT_RECVMAXSZ,
                    max(maximumMessageSize + Batch.headerBytes, Batch.wholeMax)
                ),
                "limit the size of messages"
            )
            listener = try InboxListener(socket, at: address, limits: limits)
        } catch {
            // Only a socket that never received is closed: one that does may hang.
            nng_close(socket)
            throw error
        }
        self.address = listener.address.description
        self.socket = socket
        self.maximumMessageSize = maximumMessageSize
        self.operations = OperationPool(limit: limits.waitingReceives)
    }

    /// Runs what a message wakes where the library calls back.
    var executor: any TaskExecutor { callbacks }

    /// Waits for the next message.
    func receive() async throws(TransportError) -> [UInt8] {
        while true {
            if let next = unread.withLock({ $0.popLast() }) { return next }
            let received = try await operations.withOperation { operation async throws(TransportError) in
                await operation.receive(on: socket, waking: callbacks)
            }
            switch received {
            case .success(let bytes):
                // What is no batch is an empty message, of which the reader complains.
                let messages = Batch.messages(in: bytes) ?? [[]]
                // Within one process the library does not look at the size.
                let fitting = messages.filter { $0.count <= maximumMessageSize }
                unread.withLock { $0.insert(contentsOf: fitting.reversed(), at: 0) }
            case .failure(let refusal):
                throw TransportError(nng: refusal.result, "receive")
            }
        }
    }
}

import CNNG
import Synchronization

/// A PUSH socket for the life of one connection; when that ends, so does the link, and the outbox makes another.
///
/// In libnng 1.5.2 a PUSH socket may keep a freed connection in its list of ready ones, when the peer dies
/// while a send completes, and the next send crashes. The library calls back before it frees a connection, so
/// no send may begin after that callback.
final class OutboxLink: Sendable {
    /// What the library's callback and the sends share.
    private final class Gate: Sendable {
        private let isShut = Mutex(false)
        private let operations: OperationPool
        private let onShut: @Sendable () -> Void

        init(_ operations: OperationPool, onShut: @escaping @Sendable () -> Void) {
            self.operations = operations
            self.onShut = onShut
        }

        /// Runs `start` unless the connection has ended, and lets it not end meanwhile.
        func enter(_ start: () -> Void) -> Bool {
            // The lock is held across a call into the library, for that is its purpose. The library takes no
            // lock in there that its callback below would be called under.
            isShut.withLock { isShut in
                if !isShut { start() }
                return !isShut
            }
        }

        func shut() {
            isShut.withLock { $0 = true }
            operations.shut()
            onShut()
        }
    }

    private let handle: nng_socket
    private let gate: Gate
    private let operations: OperationPool

    /// Opens the socket and begins to dial in the background; a peer that is away is no error.
    ///
    /// - Parameters:
    ///   - address: The address of the peer.
    ///   - limits: The pace of reconnecting and how many sends may wait.
    ///   - onEnd: Called on a thread of the library when the connection has ended.
    /// - Throws: An error of the address or of the system.
    init(
        to address: Address,
        limits: NNGTransport.Limits,
        onEnd: @escaping @Sendable () -> Void
    ) throws(TransportError) {
        let operations = OperationPool(limit: limits.waitingSends)
        let gate = Gate(operations, onShut: onEnd)
        var socket = nng_socket()
        try TransportError.check(nng_push0_open(&socket), "open an outbox")
        do throws(TransportError) {
            // No buffer: a message is with the connection, or its sender still waits and can take it back.
            try TransportError.check(nng_socket_set_int(socket, NNG_OPT_SENDBUF, 0), "do without a buffer")
            // SAFETY: the gate is kept by this object and, after that, by the closing of the socket, which
            // returns only when the last connection has called back.
            let status = nng_pipe_notify(
                socket,
                NNG_PIPE_EV_REM_POST,
                { _, _, argument in
                    guard let argument else { return }
                    Unmanaged<Gate>.fromOpaque(argument).takeUnretainedValue().shut()
                },
                // SAFETY: as above; the callback gets the same gate.
                Unmanaged.passUnretained(gate).toOpaque()
            )
            try TransportError.check(status, "watch the connection")
            _ = try Endpoint.dial(with: socket, to: address, limits: limits)
        } catch {
            nng_close(socket)
            throw error
        }
        handle = socket
        self.gate = gate
        self.operations = operations
    }

    deinit {
        // Nobody waits for this: libnng 1.5.2 may hang in it when a TLS connection broke, and then one
        // thread is lost and not who wanted to close. No send is under way, as each keeps the link; but the clock of
        // libnng 1.5.2 may still be about to end one that was overdue, over a socket that is gone by then.
        BlockingCall.start { [handle, gate, operations] in
            operations.free()
            withExtendedLifetime(gate) { _ = nng_close(handle) }
        }
    }

    /// Whether no send may begin any more.
    var hasEnded: Bool { operations.isShut }

    /// Sends one message.
    ///
    /// - Returns: The library's result; ``TransportError/Code/closed`` is thrown when the link has ended.
    func send(_ bytes: [UInt8], milliseconds: nng_duration) async throws(TransportError) -> Int32 {
        try await operations.withOperation { operation async throws(TransportError) in
            await operation.send(try Message(copying: bytes), milliseconds: milliseconds) { aio in
                gate.enter { nng_send_aio(handle, aio) }
            }
        }
    }

    /// Sends one message if the connection takes it at once.
    ///
    /// It needs no turn of the library's threads: who sends does it all.
    ///
    /// - Returns: Whether it took it; otherwise nothing was sent.
    func sendAtOnce(_ bytes: [UInt8]) -> Bool {
        guard let message = try? Message(copying: bytes) else { return false }
        let pointer = message.release()
        var result = Int32(NNG_ECLOSED.rawValue)
        _ = gate.enter { result = nng_sendmsg(handle, pointer, Int32(NNG_FLAG_NONBLOCK)) }
        if result != 0 { _ = Message(adopting: pointer) }
        return result == 0
    }

    /// Lets no send begin any more and cancels those that wait; they were not delivered.
    func end() {
        operations.shut()
    }

    /// Lets no send begin any more, cancels those that wait and awaits them.
    func drain() async {
        await operations.drain()
    }
}

import CNNG

/// A PULL socket with one listener; it lives as long as the process.
final class NNGInbox: Inbox {
    /// The address that the inbox listens at.
    let address: String

    private let socket: nng_socket
    private let maximumMessageSize: Int
    private let operations: OperationPool

    /// Opens the socket and listens; may block while a name is resolved.
    init(
        listeningAt address: Address,
        identity: TLSIdentity?,
        maximumMessageSize: Int,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        var socket = nng_socket()
        try TransportError.check(nng_pull0_open(&socket), "open an inbox")
        do throws(TransportError) {
            try TransportError.check(
                nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, maximumMessageSize),
                "limit the size of messages"
            )
            self.address = try Self.listen(with: socket, at: address, identity: identity).description
        } catch {
            // Only a socket that never listened is closed: one that receives may hang.
            nng_close(socket)
            throw error
        }
        self.socket = socket
        self.maximumMessageSize = maximumMessageSize
        self.operations = OperationPool(limit: limits.waitingReceives)
    }

    /// Waits for the next message.
    func receive() async throws(TransportError) -> [UInt8] {
        while true {
            let received = try await operations.withOperation { operation async throws(TransportError) in
                await operation.receive(on: socket)
            }
            switch received {
            case .success(let bytes) where bytes.count <= maximumMessageSize:
                return bytes
            case .success:
                // Within one process the library does not look at the size.
                continue
            case .failure(let refusal):
                throw TransportError(nng: refusal.result, "receive")
            }
        }
    }

    private static func listen(
        with socket: nng_socket,
        at address: Address,
        identity: TLSIdentity?
    ) throws(TransportError) -> Address {
        var listener = nng_listener()
        try TransportError.check(
            nng_listener_create(&listener, socket, address.description),
            "listen at \(address)"
        )
        switch address.scheme {
        case .tcp:
            try keepAlive(listener)
        case .tls:
            try keepAlive(listener)
            guard let identity else { throw TransportError(.insecureAddress, "TLS needs an identity.") }
            let configuration = try TLSConfiguration(identity, side: .listener)
            try TransportError.check(
                nng_listener_set_ptr(
                    listener,
                    NNG_OPT_TLS_CONFIG,
                    UnsafeMutableRawPointer(configuration.pointer)
                ),
                "set TLS"
            )
        case .ipc:
            // Whoever can open the socket can send.
            try TransportError.check(
                nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, 0o600),
                "restrict \(address) to its owner"
            )
        case .inproc:
            break
        }
        try TransportError.check(nng_listener_start(listener, 0), "listen at \(address)")
        guard address.port == 0 else { return address }
        var port: Int32 = 0
        try TransportError.check(
            nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port),
            "learn the port of \(address)"
        )
        return address.with(port: UInt16(truncatingIfNeeded: port))
    }

    /// A peer whose machine vanished says nothing: without this its connection would stay for ever.
    private static func keepAlive(_ listener: nng_listener) throws(TransportError) {
        try TransportError.check(
            nng_listener_set_bool(listener, NNG_OPT_TCP_KEEPALIVE, true),
            "keep connections alive"
        )
    }
}

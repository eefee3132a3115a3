import CNNG
import Synchronization

/// The C socket of an outbox: closed once, at the latest when nobody holds it any more.
final class OutboxSocket: Sendable {
    /// The library's name of the socket: a number, which it never gives to another socket soon.
    let handle: nng_socket

    private let isClosed = Mutex(false)

    /// Opens the socket and begins to dial in the background; a peer that is away is no error.
    init(
        dialing address: Address,
        identity: TLSIdentity?,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        var socket = nng_socket()
        try TransportError.check(nng_push0_open(&socket), "open an outbox")
        do throws(TransportError) {
            // No buffer: a message is with the connection, or its sender still waits and can take it back.
            try TransportError.check(nng_socket_set_int(socket, NNG_OPT_SENDBUF, 0), "do without a buffer")
            try Self.dial(with: socket, to: address, identity: identity, limits: limits)
        } catch {
            nng_close(socket)
            throw error
        }
        handle = socket
    }

    deinit {
        guard claimClosing() else { return }
        BlockingCall.start { [handle] in nng_close(handle) }
    }

    /// Closes the socket; no operation may be under way or begin.
    func close() async {
        guard claimClosing() else { return }
        // Closing cannot fail: the socket is open, as only one caller gets here.
        _ = try? await BlockingCall.run { [handle] () throws(TransportError) in nng_close(handle) }
    }

    private func claimClosing() -> Bool {
        isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
    }

    private static func dial(
        with socket: nng_socket,
        to address: Address,
        identity: TLSIdentity?,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        var dialer = nng_dialer()
        try TransportError.check(nng_dialer_create(&dialer, socket, address.description), "dial \(address)")
        let pauses = [
            (NNG_OPT_RECONNMINT, limits.shortestReconnect), (NNG_OPT_RECONNMAXT, limits.longestReconnect),
        ]
        for (option, pause) in pauses {
            try TransportError.check(
                nng_dialer_set_ms(dialer, option, pause.libraryMilliseconds),
                "set the pace of reconnecting"
            )
        }
        if address.port != nil {
            try TransportError.check(
                nng_dialer_set_bool(dialer, NNG_OPT_TCP_KEEPALIVE, true),
                "keep the connection alive"
            )
        }
        if address.scheme == .tls {
            guard let identity else { throw TransportError(.insecureAddress, "TLS needs an identity.") }
            let configuration = try TLSConfiguration(identity, side: .dialer)
            try TransportError.check(
                nng_dialer_set_ptr(
                    dialer,
                    NNG_OPT_TLS_CONFIG,
                    UnsafeMutableRawPointer(configuration.pointer)
                ),
                "set TLS"
            )
        }
        try TransportError.check(
            nng_dialer_start(dialer, Int32(NNG_FLAG_NONBLOCK)),
            "dial \(address)"
        )
    }
}

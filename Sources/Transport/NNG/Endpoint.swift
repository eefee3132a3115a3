import CNNG

/// The making of listeners and dialers, which need the same options in the same order.
enum Endpoint {
    /// Creates a listener and starts it.
    ///
    /// - Parameters:
    ///   - socket: The socket that the connections shall belong to.
    ///   - address: Where to listen.
    /// - Returns: The listener, and the address with the port that the system gave.
    /// - Throws: An error of the address or of the system.
    static func listen(
        with socket: nng_socket,
        at address: Address
    ) throws(TransportError) -> (nng_listener, Address) {
        var listener = nng_listener()
        try TransportError.check(
            nng_listener_create(&listener, socket, address.description),
            "listen at \(address)"
        )
        do throws(TransportError) {
            try prepare(listener, at: address)
            try TransportError.check(nng_listener_start(listener, 0), "listen at \(address)")
            guard address.port == 0 else { return (listener, address) }
            var port: Int32 = 0
            try TransportError.check(
                nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port),
                "learn the port of \(address)"
            )
            return (listener, address.with(port: UInt16(truncatingIfNeeded: port)))
        } catch {
            nng_listener_close(listener)
            throw error
        }
    }

    /// Creates a dialer and starts it in the background; a peer that is away is no error.
    ///
    /// - Parameters:
    ///   - socket: The socket that the connection shall belong to.
    ///   - address: The address of the peer.
    ///   - limits: The pace of reconnecting.
    /// - Returns: The dialer.
    /// - Throws: An error of the address or of the system.
    static func dial(
        with socket: nng_socket,
        to address: Address,
        limits: NNGTransport.Limits
    ) throws(TransportError) -> nng_dialer {
        var dialer = nng_dialer()
        try TransportError.check(nng_dialer_create(&dialer, socket, address.description), "dial \(address)")
        do throws(TransportError) {
            try prepare(dialer, to: address, limits: limits)
            try TransportError.check(
                nng_dialer_start(dialer, Int32(NNG_FLAG_NONBLOCK)),
                "dial \(address)"
            )
            return dialer
        } catch {
            nng_dialer_close(dialer)
            throw error
        }
    }

    private static func prepare(
        _ listener: nng_listener,
        at address: Address
    ) throws(TransportError) {
        if address.port != nil {
            // A peer whose machine vanished says nothing: without this its connection would stay for ever.
            try TransportError.check(
                nng_listener_set_bool(listener, NNG_OPT_TCP_KEEPALIVE, true),
                "keep connections alive"
            )
        }
        if address.scheme == .ipc {
            // Whoever can open the socket can send.
            try TransportError.check(
                nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, 0o600),
                "restrict \(address) to its owner"
            )
        }
    }

    private static func prepare(
        _ dialer: nng_dialer,
        to address: Address,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
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
    }
}

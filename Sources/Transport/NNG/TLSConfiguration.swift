import CNNG

/// The library's form of a ``TLSIdentity``, for one side of connections; always mutual, never below TLS 1.2.
struct TLSConfiguration: ~Copyable {
    /// The library's object; an endpoint that it is set on holds it by itself.
    let pointer: OpaquePointer

    /// Which side of a connection the configuration is for.
    enum Side {
        /// The one that accepts connections.
        case listener
        /// The one that opens them.
        case dialer
    }

    /// Examines an identity and makes it usable.
    init(_ identity: TLSIdentity, side: Side) throws(TransportError) {
        var allocated: OpaquePointer?
        let status = nng_tls_config_alloc(
            &allocated,
            side == .listener ? NNG_TLS_MODE_SERVER : NNG_TLS_MODE_CLIENT
        )
        guard status == 0, let allocated else { throw TransportError(nng: status, "allocate for TLS") }
        do throws(TransportError) {
            try Self.fill(allocated, from: identity, side: side)
        } catch {
            nng_tls_config_free(allocated)
            throw error
        }
        pointer = allocated
    }

    deinit {
        nng_tls_config_free(pointer)
    }

    private static func fill(
        _ configuration: OpaquePointer,
        from identity: TLSIdentity,
        side: Side
    ) throws(TransportError) {
        try examine("the certificate or its key") {
            nng_tls_config_own_cert(configuration, identity.certificate, identity.key, nil)
        }
        try examine("the authority's certificate") {
            nng_tls_config_ca_chain(configuration, identity.authority, nil)
        }
        try examine("the demand for a certificate") {
            nng_tls_config_auth_mode(configuration, NNG_TLS_AUTH_MODE_REQUIRED)
        }
        try examine("the versions of TLS") {
            nng_tls_config_version(configuration, NNG_TLS_1_2, NNG_TLS_1_3)
        }
        if side == .dialer, let name = identity.peerName {
            try examine("the peer's name") { nng_tls_config_server_name(configuration, name) }
        }
    }

    private static func examine(_ part: String, _ set: () -> Int32) throws(TransportError) {
        let status = set()
        guard status == 0 else {
            throw TransportError(.invalidIdentity, TransportError(nng: status, "use \(part)").message)
        }
    }
}

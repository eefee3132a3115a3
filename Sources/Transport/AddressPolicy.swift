/// Which addresses a process may use: between machines nothing travels without mutual TLS.
package struct AddressPolicy: Sendable {
    /// Whether the process has an identity for TLS.
    let hasIdentity: Bool

    /// Makes the policy of a process.
    ///
    /// - Parameter hasIdentity: whether the process has an identity for TLS.
    package init(hasIdentity: Bool) { self.hasIdentity = hasIdentity }

    /// Reads an address to listen at.
    ///
    /// - Parameter text: the address.
    /// - Returns: the address.
    /// - Throws: when it is none, or not secure.
    package func listening(at text: String) throws(TransportError) -> Address {
        try secure(Address(text))
    }

    /// Reads an address to send to.
    ///
    /// - Parameter text: the address.
    /// - Returns: the address.
    /// - Throws: when it is none, not secure, or nobody's.
    package func sending(to text: String) throws(TransportError) -> Address {
        let address = try secure(Address(text))
        guard address.port != 0 else {
            throw TransportError(.invalidAddress, "Port 0 is no port to send to: \(address)")
        }
        guard address.location != "0.0.0.0", address.location != "::" else {
            throw TransportError(.invalidAddress, "A wildcard is no host to send to: \(address)")
        }
        return address
    }

    private func secure(_ address: Address) throws(TransportError) -> Address {
        switch address.scheme {
        case .tcp where !address.isLocal:
            throw TransportError(
                .insecureAddress,
                "Plain TCP is for the loopback interface only; use tls+tcp: \(address)"
            )
        case .tls where !hasIdentity:
            throw TransportError(.insecureAddress, "TLS needs a certificate, key and authority: \(address)")
        case .tcp, .tls, .ipc, .inproc:
            return address
        }
    }
}

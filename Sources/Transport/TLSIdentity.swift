/// Who this process is towards its peers, and whom it believes; always for both directions.
///
/// The proof goes no further than "one of us": libnng does not tell the name of a peer. Who exactly it is
/// stands in the first message.
package struct TLSIdentity: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The certificate of this process, followed by intermediate ones if there are any, as PEM.
    package let certificate: String

    /// The private key of the certificate, unencrypted, as PEM.
    package let key: String

    /// The certificates of the authorities that sign the peers' certificates, as PEM.
    package let authority: String

    /// The name that the certificate of a called peer must carry, or nil when the authority's signature
    /// suffices.
    ///
    /// It is compared with DNS names only; addresses in certificates are not looked at.
    package let peerName: String?

    /// Creates an identity; its parts are examined when a box is opened with it.
    ///
    /// - Parameters:
    ///   - certificate: The certificate of this process as PEM.
    ///   - key: Its private key as PEM.
    ///   - authority: The authorities' certificates as PEM.
    ///   - peerName: The name that a called peer's certificate must carry, if one is demanded.
    package init(certificate: String, key: String, authority: String, peerName: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.authority = authority
        self.peerName = peerName
    }

    /// Not the key: values are printed into logs by libraries that know nothing of secrets.
    package var description: String { "TLSIdentity(…)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

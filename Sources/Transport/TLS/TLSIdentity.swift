/// Who this process is towards its peers, and whom it believes; always for both directions.
///
/// Who calls checks that the certificate is one of the host that it called; who is called knows "one of us",
/// and who exactly it is stands in the first message.
package struct TLSIdentity: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The certificate of this process, followed by intermediate ones if there are any, as PEM.
    package let certificate: String

    /// The private key of the certificate, unencrypted, as PEM.
    package let key: String

    /// The certificates of the authorities that sign the peers' certificates, as PEM; several while one follows another.
    package let authority: String

    /// Creates an identity; its parts are examined by ``TLSCredentials``.
    ///
    /// - Parameters:
    ///   - certificate: The certificate of this process as PEM.
    ///   - key: Its private key as PEM.
    ///   - authority: The authorities' certificates as PEM.
    package init(certificate: String, key: String, authority: String) {
        self.certificate = certificate
        self.key = key
        self.authority = authority
    }

    /// Not the key: values are printed into logs by libraries that know nothing of secrets.
    package var description: String { "TLSIdentity(…)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

internal import NIOSSL
internal import Synchronization

/// What this process proves itself with and believes others by; it can be replaced while connections are open.
///
/// Connections from then on use the new identity; those that are open go on with what they began with.
package final class TLSCredentials: Sendable {
    /// Both sides' settings of one identity.
    private struct Contexts: Sendable {
        let server: NIOSSLContext
        let client: NIOSSLContext
        let end: Int64
    }

    private let contexts: Mutex<Contexts>

    /// Examines an identity.
    ///
    /// - Parameter identity: Certificate, key and authorities.
    /// - Throws: ``TransportError/Code/invalidIdentity`` with the part that is wrong.
    package init(_ identity: TLSIdentity) throws(TransportError) {
        contexts = Mutex(try Self.contexts(of: identity))
    }

    /// Takes another identity for connections from now on.
    ///
    /// - Parameter identity: Certificate, key and authorities.
    /// - Throws: ``TransportError/Code/invalidIdentity``; then the old one goes on.
    package func replace(with identity: TLSIdentity) throws(TransportError) {
        let next = try Self.contexts(of: identity)
        contexts.withLock { $0 = next }
    }

    /// When the certificate of this process is over, in seconds since 1970.
    package var endOfValidity: Int64 { contexts.withLock { $0.end } }

    /// For connections that others opened.
    var server: NIOSSLContext { contexts.withLock { $0.server } }

    /// For connections that this process opens.
    var client: NIOSSLContext { contexts.withLock { $0.client } }

    private static func contexts(of identity: TLSIdentity) throws(TransportError) -> Contexts {
        let chain = try certificates(identity.certificate, "the certificate")
        let authorities = try certificates(identity.authority, "the authority's certificate")
        let key = try examine("the key") {
            try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem)
        }
        var server = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        // A certificate is demanded; the name of who calls is not known, so it is not compared.
        server.certificateVerification = .noHostnameVerification
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = chain.map { .certificate($0) }
        client.privateKey = .privateKey(key)
        client.certificateVerification = .fullVerification
        server.trustRoots = .certificates(authorities)
        client.trustRoots = .certificates(authorities)
        server.minimumTLSVersion = .tlsv12
        client.minimumTLSVersion = .tlsv12
        return try examine("the certificate together with its key") { [server, client] in
            Contexts(
                server: try NIOSSLContext(configuration: server),
                client: try NIOSSLContext(configuration: client),
                end: Int64(chain[0].notValidAfter)
            )
        }
    }

    private static func certificates(
        _ text: String,
        _ part: String
    ) throws(TransportError) -> [NIOSSLCertificate] {
        let found = try examine(part) { try NIOSSLCertificate.fromPEMBytes(Array(text.utf8)) }
        guard !found.isEmpty else {
            throw TransportError(.invalidIdentity, "TLS cannot use \(part): there is none in the file.")
        }
        return found
    }

    private static func examine<Value>(
        _ part: String,
        _ make: () throws -> Value
    ) throws(TransportError) -> Value {
        do { return try make() } catch {
            throw TransportError(.invalidIdentity, "TLS cannot use \(part): \(error).")
        }
    }
}

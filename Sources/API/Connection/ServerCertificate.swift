package import Domain
package import Logging
internal import NIOCore
internal import NIOSSL

/// The certificate and key with which the server proves who it is, from two files that may be renewed.
package actor ServerCertificate {
    private struct Pair: Sendable {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource
    }

    private let certificateFile: String
    private let keyFile: String
    private let logger: Logger
    private var current: Pair

    /// Reads both files.
    ///
    /// - Parameters:
    ///   - certificateFile: PEM; the server's own certificate first, then those between it and the authority.
    ///   - keyFile: PEM; the certificate's private key.
    ///   - logger: where it tells about renewals.
    /// - Throws: `invalidConfiguration` when one cannot be read, or they do not belong together.
    package init(certificateFile: String, keyFile: String, logger: Logger) throws(Failure) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.logger = logger
        current = try Self.read(certificateFile, keyFile)
    }

    /// Reads both files anew, for connections from now on; if they do not do, the old pair goes on serving.
    package func reload() {
        do throws(Failure) {
            current = try Self.read(certificateFile, keyFile)
            logger.info("the certificate was read anew", metadata: ["file": "\(certificateFile)"])
        } catch {
            logger.error(
                "the certificate cannot be read anew; the old one goes on serving",
                metadata: ["error": "\(error.message)"]
            )
        }
    }

    /// What the server's connections are configured with.
    func configuration() -> TLSConfiguration {
        var configuration = Self.configuration(of: current)
        // Asked at each handshake, so that a renewal needs no restart.
        configuration.sslContextCallback = { [self] _, promise in
            promise.completeWithTask { await self.override }
        }
        return configuration
    }

    private var override: NIOSSLContextConfigurationOverride {
        var override = NIOSSLContextConfigurationOverride()
        override.certificateChain = current.chain
        override.privateKey = current.key
        return override
    }

    private static func configuration(of pair: Pair) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.chain,
            privateKey: pair.key
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // Clients that keep a connection for later do not read the farewell: nobody waits long for theirs.
        configuration.shutdownTimeout = .milliseconds(500)
        return configuration
    }

    private static func read(_ certificateFile: String, _ keyFile: String) throws(Failure) -> Pair {
        do throws(any Error) {
            let pair = Pair(
                chain: try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) },
                key: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            )
            // Made and thrown away: it fails when the two do not belong together.
            _ = try NIOSSLContext(configuration: configuration(of: pair))
            return pair
        } catch {
            throw Failure(
                .invalidConfiguration,
                "The certificate \(certificateFile) and the key \(keyFile) cannot be used together: \(error). "
                    + "Both have to be PEM files that this user can read."
            )
        }
    }
}

internal import Domain
internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import ServiceSettings
internal import Transport
internal import UnixSignals

/// What a node talks to others with, as its configuration wants it; `SIGHUP` has its certificate read anew.
struct NodeTransport: Sendable {
    /// What the node's services send and receive with.
    let post: NNGTransport
    /// What keeps the certificate going; none without TLS.
    let services: [any Service]

    /// Reads certificate, key and authorities, if the configuration has them.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - logger: told about refused peers and renewals.
    /// - Throws: `invalidConfiguration` when the files cannot be read or do not belong together.
    init(_ settings: Settings, logger: Logger) throws {
        guard let identity = try settings.tlsIdentity() else {
            (post, services) = (NNGTransport(), [])
            return
        }
        let credentials: TLSCredentials
        do throws(TransportError) { credentials = try TLSCredentials(identity) } catch {
            throw Failure(.invalidConfiguration, "The files of tls cannot be used: \(error.message)")
        }
        services = [CertificateRenewal(settings: settings, credentials: credentials, logger: logger)]
        post = NNGTransport(credentials: credentials) { refusal in
            logger.warning(
                "a TLS connection between nodes was refused: \(refusal.sentence)",
                metadata: [
                    "peer": "\(refusal.peer)", "opened by": refusal.side == .called ? "peer" : "this node",
                    "notToldBefore": "\(refusal.untold)",
                ]
            )
        }
    }
}

/// Reads a node's certificate, key and authorities anew when told to, and warns before the certificate is over.
struct CertificateRenewal: Service {
    private static let dayInSeconds: Int64 = 24 * 60 * 60
    private static let warningDays: Int64 = 30

    let settings: Settings
    let credentials: TLSCredentials
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in signals { reload() }
                }
                group.addTask {
                    while !Task.isCancelled {
                        warn()
                        try? await Task.sleep(for: .seconds(Self.dayInSeconds))
                    }
                }
            }
        }
    }

    private func reload() {
        do {
            guard let identity = try settings.tlsIdentity() else { return }
            try credentials.replace(with: identity)
            logger.info(
                "the node's certificate was read anew; connections from now on use it",
                metadata: ["daysLeft": "\(daysLeft)"]
            )
            warn()
        } catch {
            let reason = (error as? Failure)?.message ?? (error as? TransportError)?.message ?? "\(error)"
            logger.error(
                "the node's certificate cannot be read anew; the old one goes on",
                metadata: ["error": "\(reason)"]
            )
        }
    }

    private var daysLeft: Int64 { (credentials.endOfValidity - Int64(time(nil))) / Self.dayInSeconds }

    private func warn() {
        guard daysLeft < Self.warningDays else { return }
        logger.warning(
            """
            the node's certificate is over soon, and then no other node talks to this one: make another \
            (cloister cert node), put it in place and send SIGHUP
            """,
            metadata: ["daysLeft": "\(daysLeft)"]
        )
    }
}

internal import API
internal import Coordinator
internal import Identity
internal import ServiceLifecycle
internal import Telemetry
internal import UnixSignals

/// Keeps what guards the HTTP API going: keys of issuers, certificate, audit log.
///
/// `SIGHUP` has certificate and audit log opened anew. At the end, after the server, the log is flushed.
struct AccessService: Service {
    /// How long the last lines of the audit log may take.
    private static let flushTimeout: Duration = .seconds(5)

    let tokens: TokenAuthenticator?
    let certificate: ServerCertificate?
    let audit: AuditLog?

    /// Whether there is anything to keep going.
    var hasWork: Bool { tokens != nil || certificate != nil || audit != nil }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                if let tokens { group.addTask { await tokens.run() } }
                group.addTask {
                    for await _ in signals {
                        await certificate?.reload()
                        audit?.reopen()
                    }
                }
            }
        }
        await audit?.flush(within: Self.flushTimeout)
    }
}

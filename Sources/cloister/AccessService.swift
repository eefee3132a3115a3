internal import API
internal import Coordinator
internal import Domain
internal import Identity
internal import Logging
internal import ServiceLifecycle
internal import Store
internal import Telemetry
internal import UnixSignals

/// Keeps what guards the HTTP API going: keys of issuers, certificate, audit log.
///
/// `SIGHUP` has certificate and audit log opened anew. At the end, after the server, the log is flushed.
struct AccessService: Service {
    /// How long the last lines of the audit log may take.
    private static let flushTimeout: Duration = .seconds(5)

    /// The pause before something is read again that could not be read.
    private static let pause: Duration = .seconds(1)

    let coordinator: CoordinatorService
    let keys: KeyRing
    let mcpKeys: MCPKeyRing
    let logger: Logger
    let tokens: TokenAuthenticator?
    let certificate: ServerCertificate?
    let audit: AuditLog?

    /// Whether there is anything to keep going for a coordinator whose store is its own.
    var hasWork: Bool { tokens != nil || certificate != nil || audit != nil }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                if let tokens { group.addTask { await tokens.run() } }
                group.addTask { for await area in coordinator.storeChanges() { await reload(area) } }
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

    /// Reads again what another coordinator may have changed, until that is done.
    private func reload(_ area: StoreArea) async {
        while !Task.isCancelled {
            do throws(Failure) {
                switch area {
                case .drains: try await coordinator.drains.reload()
                case .keys: try await keys.reload()
                case .mcpKeys: try await mcpKeys.reload()
                case .pools: try await coordinator.pools.reload()
                }
                return
            } catch {
                logger.warning(
                    "what another coordinator changed cannot be read",
                    metadata: ["area": "\(area)", "reason": "\(error.message)"]
                )
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}

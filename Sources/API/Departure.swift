package import Logging
internal import ServiceLifecycle
internal import Synchronization

/// The time between being asked to stop and stopping: `/readyz` says 503 already, everything else is served.
///
/// A service that stands behind the server in its group: groups end the last one first, and the server goes on
/// listening until the load balancers have seen the notice.
package final class Departure: Service {
    private let notice: Duration
    private let logger: Logger
    private let isAnnounced = Atomic(false)

    /// Makes a departure that nobody has asked for yet.
    ///
    /// - Parameters:
    ///   - notice: how long before the end it is announced.
    ///   - logger: where the announcement is logged.
    package init(notice: Duration, logger: Logger) {
        self.notice = notice
        self.logger = logger
    }

    /// Whether the process stops soon.
    var isUnderWay: Bool { isAnnounced.load(ordering: .relaxed) }

    /// Waits for the request to stop, announces it and gives notice.
    ///
    /// - Throws: `CancellationError` when the process cannot wait.
    package func run() async throws {
        try await gracefulShutdown()
        isAnnounced.store(true, ordering: .relaxed)
        logger.info("the API stops soon", metadata: ["notice": "\(notice)"])
        try await Task.sleep(for: notice)
    }
}

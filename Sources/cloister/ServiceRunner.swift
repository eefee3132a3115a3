internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Runs services until a signal ends them.
enum ServiceRunner {
    /// Runs services in the order of their dependence; they are shut down in the reverse order.
    ///
    /// - Parameters:
    ///   - services: the services, the ones that others need first.
    ///   - last: a further service, which ends all of them when it ends.
    ///   - notice: how much longer the shutdown may take because it is announced first.
    ///   - logger: where the group logs.
    /// - Throws: the error of the service that failed.
    static func run(
        _ services: [any Service],
        until last: (any Service)? = nil,
        notice: Duration = .zero,
        logger: Logger
    ) async throws {
        OpenFiles.raiseLimit()
        var entries = services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        if let last {
            entries.append(
                .init(
                    service: last,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            )
        }
        var configuration = ServiceGroupConfiguration(
            services: entries,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // A running execution gets some time to end; an operator who waits gets an end in sight.
        configuration.maximumGracefulShutdownDuration = notice + .seconds(10)
        configuration.maximumCancellationDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }
}

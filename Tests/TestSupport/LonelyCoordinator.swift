package import Coordinator
package import Domain
internal import Transport

/// A real coordinator to which no worker comes: for what needs its state alone.
package enum LonelyCoordinator {
    /// Makes one, with its store in memory.
    ///
    /// - Parameter pools: the pools of its configuration.
    /// - Returns: the coordinator; nothing of it runs.
    /// - Throws: nothing in practice.
    package static func make(pools: [PoolConfiguration]) async throws -> CoordinatorService {
        try await CoordinatorService(
            configuration: CoordinatorConfiguration(
                address: "tcp://127.0.0.1:0",
                pools: pools,
                clusterKey: try PlayedNodes.key(),
                mayHaveSessions: false
            ),
            post: InMemoryTransport(),
            logger: LogBook().logger
        )
    }
}

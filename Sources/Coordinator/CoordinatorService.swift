internal import ClusterState
internal import Domain
package import Logging
internal import ServiceLifecycle
package import Store
internal import Telemetry
package import Transport
internal import Wire

/// A coordinator as a long-running service: inbox, directives, the passing of time.
package struct CoordinatorService: Service {
    /// How often the cluster's state looks at the clock; several times in a ping interval.
    private static let tickInterval: Duration = .milliseconds(100)
    /// How many loops receive at the same time, so that one long decode does not hold up the others.
    private static let receiveLoops = 2

    /// The coordinator's actor, for the API.
    package let node: CoordinatorNode
    /// What the API dispatches through.
    package let dispatcher: Dispatcher
    /// Writes and reads tombstones.
    package let tombstones: TombstoneKeeper
    /// Keeps API keys, the rotations of MCP keys and tokens for joining, in the same file as the tombstones.
    package let keys: any KeyStore & MCPKeyStore & JoinTokenStore
    /// Keeps the control plane's pools, in the same file.
    package let pools: PoolKeeper
    private let changes: any StoreChanges
    private let directory: (any ClusterDirectory)?
    /// Keeps which workers are drained, in the same file.
    package let drains: DrainKeeper
    private let inbox: any Inbox
    private let configuration: CoordinatorConfiguration
    private let post: any Post
    private let logger: Logger

    /// Opens the inbox and composes a coordinator.
    ///
    /// - Parameters:
    ///   - configuration: what it has to know.
    ///   - post: how it talks to workers.
    ///   - metrics: what it measures as it goes.
    ///   - logger: where it logs.
    /// - Throws: an error when the store or the inbox cannot be opened.
    package init(
        configuration: CoordinatorConfiguration,
        post: any Post,
        metrics: CoordinatorMetrics = CoordinatorMetrics(),
        logger: Logger
    ) async throws {
        let shared = try configuration.shared?.open()
        do {
            try await self.init(configuration, shared, post, metrics, logger)
        } catch {
            // What was opened would outlive the service that was to use it.
            await shared?.store.close()
            throw error
        }
    }

    private init(
        _ configuration: CoordinatorConfiguration,
        _ shared: OpenClusterStorage?,
        _ post: any Post,
        _ metrics: CoordinatorMetrics,
        _ logger: Logger
    ) async throws {
        self.configuration = configuration
        self.post = post
        self.logger = logger
        let store: any Store
        if let shared {
            store = shared.store
        } else {
            store = try await configuration.openStore(logger: logger)
        }
        keys = store
        changes = store
        let generations = try await GenerationStart(
            store: store,
            epochMilliseconds: WallClock.milliseconds,
            logger: logger
        )
        inbox = try await post.openInbox(
            at: configuration.address,
            maximumMessageSize: WireLimits.envelopeBytes
        )
        var randomness = SystemRandomNumberGenerator()
        let incarnation = Incarnation.draw(using: &randomness)
        let record = CoordinatorRecord(
            name: configuration.name,
            incarnation: incarnation,
            address: inbox.address,
            version: ProductVersion.text,
            startedMilliseconds: WallClock.milliseconds
        )
        directory = shared?.directory(for: record, logger: logger)
        node = CoordinatorNode(
            configuration: configuration,
            incarnation: incarnation,
            generations: generations,
            directory: directory,
            metrics: metrics,
            logger: logger
        )
        metrics.registry.collect { [node] in await node.measured() }
        tombstones = TombstoneKeeper(
            store: store,
            directory: directory,
            retention: configuration.tombstoneRetention,
            source: node,
            logger: logger
        )
        dispatcher = Dispatcher(
            node: node,
            tombstones: tombstones,
            times: configuration.dispatch,
            address: inbox.address
        )
        pools = PoolKeeper(
            declaredPools: configuration.pools,
            store: store,
            node: node,
            dispatcher: dispatcher,
            logger: logger
        )
        drains = DrainKeeper(store: store, directory: directory, node: node, logger: logger)
        try await drains.reload()
    }

    /// What other coordinators change in the store, area by area; one reader, as long as it lives.
    ///
    /// - Returns: the areas; nothing while the store is this coordinator's own.
    package func storeChanges() -> AsyncStream<StoreArea> { changes.changes() }

    /// Where the inbox listens, with the real port where port 0 was asked for.
    package var inboxAddress: String { inbox.address }

    /// Where all coordinators receive that share a directory, this one first.
    ///
    /// - Returns: the addresses; this coordinator's alone while it shares none.
    package func inboxAddresses() async -> [String] {
        [inbox.address] + (await node.coordinatorAddresses).filter { $0 != inbox.address }
    }

    /// Serves until shut down.
    ///
    /// - Throws: nothing; the protocol of services asks for it.
    package func run() async throws {
        let templates = TemplateRelay(
            node: node,
            post: post,
            key: configuration.clusterKey,
            logger: logger
        )
        let server = AnswerServer(
            node: node,
            inbox: inbox,
            templates: templates,
            key: configuration.clusterKey,
            logger: logger
        )
        let runner = DirectiveRunner(
            node: node,
            replyAddress: inbox.address,
            post: post,
            key: configuration.clusterKey,
            logger: logger
        )
        logger.info("coordinator serves", metadata: ["inbox": "\(inbox.address)"])
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                // Above all requests: a worker whose ping waits behind a burst of them would be declared
                // lost, and its sessions with it.
                for _ in 0..<Self.receiveLoops { group.addTask(priority: .high) { await server.run() } }
                group.addTask(priority: .high) { await runner.run() }
                group.addTask(priority: .high) { await passTime() }
                if let directory {
                    let runner = DirectoryRunner(node: node, directory: directory, logger: logger)
                    group.addTask(priority: .high) { await runner.run() }
                }
                group.addTask { await ReadyKeeper(node: node).run() }
                group.addTask(priority: .low) { await templates.run() }
                group.addTask { await dispatcher.runCancellations() }
                group.addTask { await tombstones.run() }
                group.addTask { await pools.run() }
                await group.next()
                group.cancelAll()
            }
        }
        await node.endWaiting()
        await tombstones.finish()
    }

    private func passTime() async {
        while !Task.isCancelled {
            if let directory { await node.touched(await directory.touch) }
            await node.tick()
            try? await Task.sleep(for: Self.tickInterval)
        }
    }
}

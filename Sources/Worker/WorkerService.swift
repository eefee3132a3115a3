internal import Domain
package import Logging
package import MicroVM
internal import ServiceLifecycle
internal import Telemetry
package import Transport
internal import Wire

/// A worker as a long-running service: templates, sandboxes, commands, announcements.
package struct WorkerService: Service {
    /// How many loops receive at the same time, so that one long decode does not hold up a ping.
    private static let receiveLoops = 2
    /// How long to wait after a machine could not be made ready.
    private static let pauseAfterFailure: Duration = .seconds(1)
    /// How long to wait after a template could not be made: each attempt boots a guest.
    private static let pauseWithoutTemplate: Duration = .seconds(60)

    private let configuration: WorkerConfiguration
    private let hypervisor: any Hypervisor
    private let post: any Post
    private let metrics: WorkerMetrics
    private let logger: Logger
    private let progress: @Sendable (String) -> Void

    /// Composes a worker.
    ///
    /// - Parameters:
    ///   - configuration: what it has to know.
    ///   - hypervisor: where machines come from.
    ///   - post: how it talks to coordinators.
    ///   - metrics: what it measures as it goes.
    ///   - logger: where it logs.
    ///   - progress: told what is done while templates are made, in sentences for a person.
    package init(
        configuration: WorkerConfiguration,
        hypervisor: any Hypervisor,
        post: any Post,
        metrics: WorkerMetrics = WorkerMetrics(),
        logger: Logger,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.hypervisor = hypervisor
        self.post = post
        self.metrics = metrics
        self.logger = logger
        self.progress = progress
    }

    /// Makes the templates, then serves until shut down.
    ///
    /// - Throws: an error when a template or the inbox cannot be had.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { try await serve() }
    }

    private func serve() async throws {
        let inbox = try await post.openInbox(
            at: configuration.address,
            maximumMessageSize: WireLimits.envelopeBytes
        )
        var randomness = SystemRandomNumberGenerator()
        let node = WorkerNode(
            configuration: configuration,
            incarnation: .draw(using: &randomness),
            images: await images(),
            hypervisor: hypervisor,
            metrics: metrics
        )
        let outboxes = ReplyOutboxes(post: post)
        let questions = TemplateQuestions(
            incarnation: node.incarnation,
            replyAddress: inbox.address,
            coordinators: configuration.coordinators,
            outboxes: outboxes,
            key: configuration.clusterKey
        )
        let server = CommandServer(
            node: node,
            inbox: inbox,
            outboxes: outboxes,
            questions: questions,
            commandsInHand: CommandsInHand(),
            metrics: metrics,
            key: configuration.clusterKey,
            logger: logger
        )
        let announcer = Announcer(
            node: node,
            address: inbox.address,
            coordinators: configuration.coordinators,
            post: post,
            key: configuration.clusterKey,
            logger: logger
        )
        await hypervisor.copyTemplates(from: questions)
        for pool in configuration.pools { metrics.begin(pool.name) }
        let machines = MachineMetrics(hypervisor: hypervisor)
        metrics.registry.collect { await node.measured() + machines.collect() + server.measured() }
        // Also what a command wakes, as a sandbox that has something to do, needs no other thread.
        try await withTaskExecutorPreference(inbox.executor) {
            try await runTasks(of: node, server: server, announcer: announcer)
        }
    }

    private func runTasks(of node: WorkerNode, server: CommandServer, announcer: Announcer) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Above all executions: a ping that waits behind a burst of them costs the lease.
            for _ in 0..<Self.receiveLoops { group.addTask(priority: .high) { await server.run() } }
            group.addTask(priority: .high) { await node.watchLease() }
            group.addTask { await runSandboxes(of: node) }
            group.addTask { try await prepareAndAnnounce(announcer) }
            // None of them ends by itself but by an error, which ends the others.
            try await group.next()
            group.cancelAll()
        }
    }

    /// Makes the first template, then announces the worker.
    ///
    /// The others follow while the first one's sessions are served; a session that comes earlier waits.
    private func prepareAndAnnounce(_ announcer: Announcer) async throws {
        if let first = configuration.pools.first { try await hypervisor.prepare(first, progress: progress) }
        logger.info(
            "worker serves",
            metadata: ["worker": "\(configuration.id)", "inbox": "\(announcer.address)"]
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(priority: .high) { try await announcer.run() }
            group.addTask { try await prepareOthers() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Makes the templates of the pools after the first.
    ///
    /// One that cannot be made costs its own pool alone: each session of it tries again.
    private func prepareOthers() async throws {
        for pool in configuration.pools.dropFirst() {
            do throws(Failure) {
                try await hypervisor.prepare(pool, progress: progress)
            } catch {
                logger.error(
                    "a template could not be made",
                    metadata: ["pool": "\(pool.name)", "error": "\(error.message)"]
                )
            }
        }
        // The service ends with the first of its tasks.
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }

    /// What the guest image has installed for each runtime; what it does not tell is logged once.
    private func images() async -> [Runtime: ImageDescription] {
        var images: [Runtime: ImageDescription] = [:]
        for runtime in Runtime.all {
            do throws(MicroVMError) {
                images[runtime] = try await hypervisor.image(of: runtime)
            } catch {
                logger.warning(
                    "the guest image does not tell what is installed",
                    metadata: ["runtime": "\(runtime)", "error": "\(error.message)"]
                )
            }
        }
        return images
    }

    private func runSandboxes(of node: WorkerNode) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await hypervisor.run { logger.warning("\($0)") } }
            for await launch in node.launches {
                group.addTask {
                    switch launch {
                    case .sandbox(let sandbox): await run(sandbox, of: node)
                    case .ready(let machine): await run(machine, of: node)
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func run(_ sandbox: Sandbox, of node: WorkerNode) async {
        let (cause, error) = await sandbox.run(on: hypervisor, logger: logger)
        await sessionEnded(sandbox, of: node, cause: cause, error: error)
    }

    private func sessionEnded(
        _ sandbox: Sandbox,
        of node: WorkerNode,
        cause: EndCause,
        error: (any Error)?
    ) async {
        await node.keepConsole(await sandbox.consoleText(), of: sandbox.session)
        await sandbox.machineIsGone()
        await node.sessionEnded(sandbox, cause: cause)
        metrics.sessionEnded(in: sandbox.pool.name, cause)
        if cause == .startFailed { metrics.cloneFailed(for: sandbox.pool.name, ahead: false) }
        let metadata: Logger.Metadata = [
            "pool": "\(sandbox.session.key.pool)", "instance": "\(sandbox.instance)", "cause": "\(cause)",
        ]
        if let error {
            logger.error("session ended: \(error)", metadata: metadata)
        } else {
            logger.info("session ended", metadata: metadata)
        }
    }

    /// Makes a machine, keeps it until a session claims it, and serves that session on it.
    private func run(_ ready: ReadyMachine, of node: WorkerNode) async {
        var trouble: (any Error)?
        do {
            try await hypervisor.prepare(ready.pool, progress: progress)
            try await hypervisor.withMachine(for: ready.pool, urgency: .refill) { machine in
                guard await ready.warmUp(machine) else { throw ReadyMachineFailed() }
                metrics.cloned(for: ready.pool.name, ahead: true)
                await node.becameReady(ready)
                guard await ready.waitForDecision(machine) else { return }
                if let sandbox = await node.claimant(of: ready) {
                    _ = await sandbox.serve(onReady: machine, logger: logger)
                }
            }
        } catch {
            trouble = error
        }
        if let trouble, !Task.isCancelled, await node.claimant(of: ready) == nil {
            logger.warning(
                "a machine could not be made ready",
                metadata: ["pool": "\(ready.pool.name)", "error": "\(trouble)"]
            )
            metrics.cloneFailed(for: ready.pool.name, ahead: true)
            // Not at once again: what failed now fails in a moment, too.
            let lacksTemplate = trouble is Failure
            try? await Task.sleep(for: lacksTemplate ? Self.pauseWithoutTemplate : Self.pauseAfterFailure)
        }
        guard let sandbox = await node.readyMachineEnded(ready) else { return }
        if let cause = await sandbox.end {
            await sessionEnded(sandbox, of: node, cause: cause, error: trouble)
        } else {
            // The machine had died when the session claimed it: it gets one of its own.
            await run(sandbox, of: node)
        }
    }
}

/// The guest did not answer its first execution as it should.
private struct ReadyMachineFailed: Error {}

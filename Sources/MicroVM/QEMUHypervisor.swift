package import Domain
internal import NIOCore
internal import NIOPosix
package import Wire

/// Makes machines with QEMU.
package actor QEMUHypervisor: Hypervisor {
    private struct Kind: Hashable {
        let shape: MachineShape
        let runtime: Runtime
    }

    /// What was found out about the host at the start.
    package nonisolated let report: HostReport

    private nonisolated let configuration: HypervisorConfiguration
    private nonisolated let starter: MachineStarter
    private nonisolated let metadata: Result<ImageMetadata, MicroVMError>
    private nonisolated let runDirectory: RunDirectory
    private nonisolated let gate: StartGate
    /// Lets templates be loaded or made one after the other.
    private nonisolated let preparations = StartGate(count: 1)
    private nonisolated let zygotes: Zygotes
    private var templates: [Kind: Template] = [:]
    private var templateWork: [HypervisorFacts.TemplateOrigin: HypervisorFacts.Work] = [:]
    /// Where templates can be copied from.
    private var source: (any TemplateSource)?

    /// Looks at the host: QEMU, image, jail, accelerator, clock; sweeps up after a former self.
    ///
    /// - Parameter configuration: the node's settings.
    /// - Throws: why no machine could be made here.
    package init(_ configuration: HypervisorConfiguration) async throws(MicroVMError) {
        try Host.makeFolder(configuration.cacheDirectory)
        let runDirectory = try await RunDirectory(configuration.runDirectory)
        let swept = runDirectory.sweep()
        let qemu = try await QEMUInstallation(path: configuration.qemuPath)
        let image = try GuestImage(directory: configuration.imageDirectory)
        // With the image's other files: another image may take the folder's place.
        metadata = await ImageMetadata.read(in: configuration.imageDirectory)
        let (confinement, warning) = try await Self.confinement(for: configuration, qemu: qemu)
        let starter = MachineStarter(
            qemu: qemu,
            image: image,
            confinement: confinement,
            group: MultiThreadedEventLoopGroup.singleton
        )
        let probe = AcceleratorProbe(
            starter: starter,
            cacheDirectory: configuration.cacheDirectory,
            bootIdentifier: Host.bootIdentifier
        )
        let choice = try await probe.choose(configuration.accelerator)
        report = HostReport(
            accelerator: choice,
            confinement: confinement,
            jailWarning: warning,
            qemuVersion: qemu.version,
            timestampKilohertz: try await TimestampFrequency.kilohertz(
                cacheDirectory: configuration.cacheDirectory,
                bootIdentifier: Host.bootIdentifier
            ),
            sweptProcesses: swept
        )
        self.configuration = configuration
        self.starter = starter
        self.runDirectory = runDirectory
        zygotes = Zygotes(count: configuration.processesAhead)
        gate = StartGate(count: configuration.concurrentStarts ?? Host.processorCount)
    }

    package func prepare(
        _ pool: PoolConfiguration,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(Failure) {
        let kind = kind(of: pool)
        guard templates[kind] == nil else { return }
        do {
            let turn = try await StartTurn(at: preparations, .claim)
            try await turn.ending { try await self.prepare(kind, progress: progress) }
        } catch {
            let known = error as? MicroVMError ?? MicroVMError(.launchFailed, "\(error)")
            templateWork[.failure, default: HypervisorFacts.Work()].add(.zero)
            progress("failed: \(known)")
            throw known.failure
        }
    }

    private func prepare(_ kind: Kind, progress: @escaping @Sendable (String) -> Void) async throws {
        // Another one may have had the turn before.
        guard templates[kind] == nil else { return }
        let description = TemplateDescription(
            shape: kind.shape,
            runtime: kind.runtime,
            qemu: starter.qemu,
            image: starter.image
        )
        let copy = source.map { TemplateCopy(source: $0, description: description, shape: kind.shape) }
        let builder = TemplateBuilder(starter: starter, shape: kind.shape, runtime: kind.runtime)
        let beginning = ContinuousClock.now
        var origin = HypervisorFacts.TemplateOrigin.cache
        let template = try await store.template(description, shape: kind.shape, progress: progress) {
            origin = .copy
            if let copied = try await copy?.madeIfPossible(progress: progress) { return copied }
            origin = .build
            return try await builder.build(progress: progress)
        }
        templateWork[origin, default: HypervisorFacts.Work()].add(beginning.duration(to: .now))
        templates[kind] = template
        await zygotes.add(template)
    }

    package func facts() async -> HypervisorFacts {
        var facts = HypervisorFacts()
        facts.templates = templateWork
        facts.processes = runDirectory.processes
        facts.waitingStarts = await gate.waiting
        facts.processesAhead = await zygotes.waitingCount
        return facts
    }

    private nonisolated var store: TemplateStore {
        TemplateStore(directory: configuration.cacheDirectory + "/templates")
    }

    package func copyTemplates(from source: any TemplateSource) { self.source = source }

    package nonisolated func piece(_ name: TemplatePieceName) async throws(MicroVMError) -> [UInt8] {
        try await store.piece(name)
    }

    package nonisolated func image(of runtime: Runtime) async throws(MicroVMError) -> ImageDescription {
        try metadata.get().image(of: runtime)
    }

    package nonisolated func run(trouble: @escaping @Sendable (String) -> Void) async {
        let start: Zygotes.Start = { [self] template, ready in
            let turn = try await StartTurn(at: gate, .refill)
            let gone = starter.group.next().makePromise(of: Void.self)
            defer { gone.succeed() }
            try await turn.ending {
                try await self.start(template, by: .now + configuration.startTime) { process, _ in
                    await turn.end()
                    await ready(Zygote(process, of: template, gone: gone.futureResult))
                }
            }
        }
        await zygotes.run(start, trouble: trouble)
    }

    package nonisolated func withMachine<Value: Sendable>(
        for pool: PoolConfiguration,
        urgency: StartUrgency,
        _ body: @Sendable (any Machine) async throws -> Value
    ) async throws -> Value {
        guard let template = await template(for: pool) else {
            throw MicroVMError(.notPrepared, "The pool \(pool.name) has no template.")
        }
        let turn = try await StartTurn(at: gate, urgency)
        return try await turn.ending {
            // Machines that are made ahead leave the processes that wait to those who are in a hurry.
            if urgency == .claim, let zygote = await zygotes.take(of: template) {
                let served: Value? = try await withZygote(zygote) { process in
                    guard let machine = try await wake(process) else { return nil }
                    await turn.end()
                    return .some(try await body(machine))
                }
                if let served { return served }
            }
            return try await start(template, by: .now + configuration.startTime) { process, timings in
                let machine = try await clone(process, after: timings, by: .now + configuration.startTime)
                await turn.end()
                return try await body(machine)
            }
        }
    }

    /// Lets a process that waited go on.
    ///
    /// - Returns: the machine; nil when the process had died or does not answer, and another may be started.
    private nonisolated func wake(_ process: QEMUProcess) async throws -> ClonedMachine? {
        do {
            return try await clone(process, after: StageTimings(), by: .now + configuration.startTime / 3)
        } catch {
            guard !Task.isCancelled else { throw error }
            return nil
        }
    }

    private nonisolated func withZygote<Value: Sendable>(
        _ zygote: Zygote,
        _ body: (QEMUProcess) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do { result = .success(try await body(zygote.process)) } catch { result = .failure(error) }
        zygote.release()
        // Also when this task is cancelled: who returns has left nothing behind.
        try? await zygote.gone.get()
        return try result.get()
    }

    /// Starts a process that loads a template, and runs `body` with it.
    private nonisolated func start<Value: Sendable>(
        _ template: Template,
        by deadline: ContinuousClock.Instant,
        _ body: (QEMUProcess, StageTimings) async throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        let launch = starter.launch(
            template.shape,
            role: .clone,
            memory: template.memory,
            state: template.state
        )
        // The launcher opens the template's files by number: they have to stay open until it has.
        defer { withExtendedLifetime(template) {} }
        return try await QEMUProcess.run(launch, on: starter.group, by: deadline) { process in
            let identifier = process.handle.identifier
            try runDirectory.note(identifier)
            defer { runDirectory.forget(identifier) }
            var timings = StageTimings()
            timings[.spawn] = .now - start
            let spawned = ContinuousClock.now
            try await explaining(process) { () async throws(MicroVMError) in
                try await process.load(by: deadline)
            }
            timings[.load] = .now - spawned
            return try await body(process, timings)
        }
    }

    private nonisolated func clone(
        _ process: QEMUProcess,
        after timings: StageTimings,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) -> ClonedMachine {
        try await explaining(process) { () async throws(MicroVMError) in
            try await ClonedMachine(continuing: process, after: timings, by: deadline)
        }
    }

    /// Adds the end of the guest's console to an error.
    private nonisolated func explaining<Value>(
        _ process: QEMUProcess,
        _ work: () async throws(MicroVMError) -> Value
    ) async throws(MicroVMError) -> Value {
        do throws(MicroVMError) {
            return try await work()
        } catch {
            throw MicroVMError(error.code, error.message + (await process.consoleNote()))
        }
    }

    private func template(for pool: PoolConfiguration) -> Template? { templates[kind(of: pool)] }

    private func kind(of pool: PoolConfiguration) -> Kind {
        let shape = MachineShape(
            accelerator: report.accelerator.accelerator,
            memoryMiB: pool.memoryMiB,
            virtualCPUs: pool.virtualCPUs,
            diskMiB: pool.diskMiB,
            timestampKilohertz: report.timestampKilohertz
        )
        return Kind(shape: shape, runtime: pool.runtime)
    }

    private static func confinement(
        for configuration: HypervisorConfiguration,
        qemu: QEMUInstallation
    ) async throws(MicroVMError) -> (Confinement, warning: String?) {
        var confinement = Confinement(user: try configuration.user.number(), isJailed: false)
        if let objection = await qemu.objection(to: confinement) {
            throw MicroVMError(.launchFailed, "QEMU does not start with fewer rights: \(objection)")
        }
        guard configuration.jail != .off else {
            return (confinement, "The configuration turns the jail around QEMU off.")
        }
        confinement.isJailed = true
        guard let objection = await qemu.objection(to: confinement) else { return (confinement, nil) }
        guard configuration.jail != .required else {
            throw MicroVMError(.invalidConfiguration, "A jail is demanded, but: \(objection)")
        }
        confinement.isJailed = false
        return (confinement, "QEMU runs without a jail, for this host does not allow one: \(objection)")
    }
}

package import Domain
internal import NIOCore
internal import NIOPosix

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
    private nonisolated let runDirectory: RunDirectory
    private nonisolated let gate: StartGate
    private var templates: [Kind: Template] = [:]

    /// Looks at the host: QEMU, image, jail, accelerator, clock; sweeps up after a former self.
    ///
    /// - Parameter configuration: the node's settings.
    /// - Throws: why no machine could be made here.
    package init(_ configuration: HypervisorConfiguration) async throws(MicroVMError) {
        try Host.makeFolder(configuration.cacheDirectory)
        let runDirectory = try RunDirectory(configuration.runDirectory)
        let swept = runDirectory.sweep()
        let qemu = try await QEMUInstallation(path: configuration.qemuPath)
        let image = try GuestImage(directory: configuration.imageDirectory)
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
        gate = StartGate(count: configuration.concurrentStarts ?? Host.processorCount)
    }

    package func prepare(
        _ pool: PoolConfiguration,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(Failure) {
        let kind = kind(of: pool)
        guard templates[kind] == nil else { return }
        let description = TemplateDescription(
            shape: kind.shape,
            runtime: kind.runtime,
            qemu: starter.qemu,
            image: starter.image
        )
        let store = TemplateStore(directory: configuration.cacheDirectory + "/templates")
        let builder = TemplateBuilder(starter: starter, shape: kind.shape, runtime: kind.runtime)
        do {
            // Whoever comes at the same time waits for the file's lock and then loads what was made.
            let template = try await store.template(description, shape: kind.shape, progress: progress) {
                try await builder.build(progress: progress)
            }
            if templates[kind] == nil { templates[kind] = template }
        } catch {
            let known = error as? MicroVMError ?? MicroVMError(.launchFailed, "\(error)")
            progress("failed: \(known)")
            throw known.failure
        }
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
        let start = ContinuousClock.now
        let deadline = start + configuration.startTime
        let launch = starter.launch(
            template.shape,
            role: .clone,
            memory: template.memory,
            state: template.state
        )
        do {
            // The launcher opens the template's files by number: they have to stay open until it has.
            defer { withExtendedLifetime(template) {} }
            return try await QEMUProcess.run(launch, on: starter.group, by: deadline) { process in
                let identifier = process.handle.identifier
                try runDirectory.note(identifier)
                defer { runDirectory.forget(identifier) }
                let machine = try await clone(process, startedAt: start, by: deadline)
                await turn.end()
                return try await body(machine)
            }
        } catch {
            await turn.end()
            throw error
        }
    }

    private nonisolated func clone(
        _ process: QEMUProcess,
        startedAt start: ContinuousClock.Instant,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) -> ClonedMachine {
        do throws(MicroVMError) {
            return try await ClonedMachine(continuing: process, startedAt: start, by: deadline)
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

/// One turn at the gate, ended once.
private actor StartTurn {
    private let gate: StartGate
    private var hasEnded = false

    init(at gate: StartGate, _ urgency: StartUrgency) async throws(MicroVMError) {
        try await gate.enter(urgency)
        self.gate = gate
    }

    func end() async {
        guard !hasEnded else { return }
        hasEnded = true
        await gate.leave()
    }
}

internal import Domain
internal import NIOCore
internal import Wire

/// Boots a guest from cold and makes it warm.
struct TemplateBuilder: Sendable {
    /// How long a guest may take to boot; TCG on a busy host needs tens of seconds.
    static let bootTime = Duration.seconds(90)
    /// How long a runtime may take to become warm.
    static let warmingTime = Duration.seconds(180)

    /// What starts the machine.
    let starter: MachineStarter
    /// The machine.
    let shape: MachineShape
    /// What to warm up.
    let runtime: Runtime

    /// Makes memory and state of a warm machine.
    ///
    /// - Parameter progress: told of each step.
    /// - Returns: sealed files.
    /// - Throws: why the guest did not come up; with the end of its console in the sentence.
    func build(
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> Template.Content {
        let memory = try MemoryFile(named: "cloister-memory", bytes: shape.memoryBytes)
        let state = try MemoryFile(named: "cloister-state", bytes: 0)
        let launch = starter.launch(shape, role: .builder, memory: memory, state: state)
        let start = ContinuousClock.now
        try await QEMUProcess.run(launch, on: starter.group, by: start + .seconds(30)) { process in
            do {
                try await bringUp(process, progress: progress)
                try await process.monitor.execute("stop", by: .now + .seconds(10))
                // The memory is in a file already; only the devices are saved. The name dates from
                // Xen, which is not needed.
                try await process.monitor.execute(
                    "xen-save-devices-state",
                    ["filename": .text("/proc/self/fd/\(InheritedDescriptor.state)")],
                    by: .now + .seconds(30)
                )
            } catch let error as MicroVMError {
                throw MicroVMError(error.code, error.message + (await process.consoleNote()))
            }
        }
        try memory.seal()
        try state.seal()
        progress("made the template in \((ContinuousClock.now - start).milliseconds) ms")
        return Template.Content(memory: memory, state: state)
    }

    private func bringUp(
        _ process: QEMUProcess,
        progress: @Sendable (String) -> Void
    ) async throws(MicroVMError) {
        progress("boots a guest from cold")
        let start = ContinuousClock.now
        try await process.awaitReady(by: start + Self.bootTime)
        progress(
            "the guest is up after \((ContinuousClock.now - start).milliseconds) ms, warms \(runtime) up"
        )
        let warmingEnd = ContinuousClock.now + Self.warmingTime
        try await process.guest.send(.warmUp(runtime), by: warmingEnd)
        try await process.awaitFrame(.warmed, by: warmingEnd)
    }
}

extension QEMUProcess {
    /// Waits until the guest's agent is up.
    ///
    /// - Parameter deadline: when to give up.
    /// - Throws: `guestTrouble` when it speaks another version, else as ``awaitFrame(_:by:)``.
    func awaitReady(by deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        try await awaitFrame(.ready(protocolVersion: WireVersion.guest), by: deadline)
    }

    /// Waits for one certain frame; nothing else may come before it.
    ///
    /// - Parameters:
    ///   - expected: the frame.
    ///   - deadline: when to give up.
    /// - Throws: `guestTrouble` when the agent has a complaint, `guestGarbage` when another frame
    ///   comes, `deadlineExceeded`, or why the machine ended.
    func awaitFrame(_ expected: GuestFrame, by deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        switch try await guest.next(by: deadline) {
        case expected: return
        case .trouble(let text): throw MicroVMError(.guestTrouble, "The guest has trouble: \(text)")
        case .some: throw MicroVMError(.guestGarbage, "The guest sent another frame than was its turn.")
        case nil: throw await endCause()
        }
    }
}

extension Duration {
    /// The duration in whole milliseconds.
    var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}

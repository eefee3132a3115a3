internal import Glibc
internal import NIOCore

/// Finds out whether a guest really runs under KVM.
///
/// That /dev/kvm opens says little: on some hosts QEMU then aborts or a stock kernel hangs
/// (docs/decisions: the accelerator is chosen by booting). So a small guest is booted under it, in
/// the same confinement as all machines, and its agent has to report.
struct AcceleratorProbe: Sendable {
    /// How long the guest may take; on a machine with KVM it needs about a second.
    static let bootTime = Duration.seconds(6)

    /// What starts the guest.
    let starter: MachineStarter
    /// Where the answer is kept.
    let cacheDirectory: String
    /// Names this boot of the host.
    let bootIdentifier: String
    /// The device that KVM needs.
    var device = "/dev/kvm"

    /// Chooses.
    ///
    /// - Parameter preference: what the operator asked for.
    /// - Returns: the choice and its reason.
    /// - Throws: `invalidConfiguration` when KVM is demanded and does not work.
    func choose(_ preference: AcceleratorPreference) async throws(MicroVMError) -> AcceleratorChoice {
        if preference == .tcg { return AcceleratorChoice(.tcg, because: "the configuration says so") }
        let choice = try await remembered()
        guard preference != .kvm || choice.accelerator == .kvm else {
            throw MicroVMError(.invalidConfiguration, "KVM is demanded, but \(choice.reason).")
        }
        return choice
    }

    private func remembered() async throws(MicroVMError) -> AcceleratorChoice {
        let path = cacheDirectory + "/accelerator"
        let lock = try await FileLock.exclusive(path + ".lock", by: .now + .seconds(30))
        defer { withExtendedLifetime(lock) {} }
        let key =
            "\(bootIdentifier) \(starter.qemu.version) \(starter.qemu.facts) "
            + "\(FileFacts(of: starter.image.kernel)?.description ?? "") \(starter.confinement)"
        if let lines = TextFile.read(path)?.split(separator: "\n"), lines.count == 3, lines[0] == key,
            let accelerator = Accelerator.named(String(lines[1]))
        {
            return AcceleratorChoice(accelerator, because: String(lines[2]))
        }
        let choice = await probe()
        // An unkept answer costs the next start some seconds.
        try? TextFile.write("\(key)\n\(choice.accelerator)\n\(choice.reason)\n", to: path)
        return choice
    }

    private func probe() async -> AcceleratorChoice {
        guard access(device, R_OK | W_OK) == 0 else {
            return AcceleratorChoice(.tcg, because: "there is no \(device) that opens")
        }
        let shape = MachineShape(
            accelerator: .kvm,
            memoryMiB: 256,
            virtualCPUs: 1,
            diskMiB: 16,
            timestampKilohertz: 0
        )
        do {
            let memory = try MemoryFile(named: "cloister-probe", bytes: shape.memoryBytes)
            let state = try MemoryFile(named: "cloister-probe", bytes: 0)
            let launch = starter.launch(shape, role: .builder, memory: memory, state: state)
            let deadline = ContinuousClock.now + Self.bootTime
            try await QEMUProcess.run(launch, on: starter.group, by: deadline) { process in
                try await process.awaitReady(by: deadline)
            }
            return AcceleratorChoice(.kvm, because: "a probe guest came up under it")
        } catch {
            let message = (error as? MicroVMError)?.message ?? "\(error)"
            let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
            return AcceleratorChoice(.tcg, because: "a probe guest did not come up under KVM: \(line)")
        }
    }
}

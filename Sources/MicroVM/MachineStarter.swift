internal import NIOCore

/// What all machines of a worker have in common when they are started.
struct MachineStarter: Sendable {
    /// The QEMU of this host.
    let qemu: QEMUInstallation
    /// What builders boot from, and the root image of all.
    let image: GuestImage
    /// How QEMU is confined.
    let confinement: Confinement
    /// Where the connections are served.
    let group: any EventLoopGroup

    /// Describes a QEMU process.
    ///
    /// - Parameters:
    ///   - shape: the machine.
    ///   - role: what it is started for.
    ///   - memory: the guest's memory.
    ///   - state: the state of its devices.
    /// - Returns: what to start.
    func launch(_ shape: MachineShape, role: MachineRole, memory: MemoryFile, state: MemoryFile) -> Launch {
        let isClone = role == .clone
        var files = [
            Launch.InheritedFile(
                descriptor: InheritedDescriptor.state,
                path: state.path,
                isWritable: !isClone
            ),
            Launch.InheritedFile(
                descriptor: InheritedDescriptor.memory,
                path: memory.path,
                isWritable: true
            ),
            Launch.InheritedFile(descriptor: InheritedDescriptor.root, path: image.root, isWritable: false),
        ]
        if !isClone {
            files += [
                Launch.InheritedFile(
                    descriptor: InheritedDescriptor.kernel,
                    path: image.kernel,
                    isWritable: false
                ),
                Launch.InheritedFile(
                    descriptor: InheritedDescriptor.initramfs,
                    path: image.initramfs,
                    isWritable: false
                ),
            ]
        }
        var confinement = confinement
        let needsDevice = shape.accelerator == .kvm
        confinement.deviceGroup = needsDevice ? Host.deviceGroup : nil
        return Launch(
            program: qemu.path,
            arguments: shape.arguments(for: role),
            files: files,
            confinement: confinement,
            needsDevice: needsDevice,
            // A builder writes the state of its devices; a clone writes nothing at all.
            fileBytes: isClone ? 0 : 64 << 20
        )
    }
}

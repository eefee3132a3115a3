internal import Domain

/// Everything about a machine that its template and its clones have to have in common.
package struct MachineShape: Hashable, Sendable {
    /// What runs the guest's instructions.
    package var accelerator: Accelerator
    /// The guest's memory, in MiB.
    package var memoryMiB: Int
    /// The guest's processors.
    package var virtualCPUs: Int
    /// The greatest size of everything that a session writes, in MiB.
    package var diskMiB: Int
    /// The frequency of the host's time stamp counter, in kHz; the guest cannot measure it under TCG.
    package var timestampKilohertz: UInt64

    /// Describes a machine.
    ///
    /// - Parameters:
    ///   - accelerator: what runs the guest's instructions.
    ///   - memoryMiB: the guest's memory, in MiB.
    ///   - virtualCPUs: the guest's processors.
    ///   - diskMiB: the greatest size of everything that a session writes, in MiB.
    ///   - timestampKilohertz: the frequency of the host's time stamp counter, in kHz.
    package init(
        accelerator: Accelerator,
        memoryMiB: Int,
        virtualCPUs: Int,
        diskMiB: Int,
        timestampKilohertz: UInt64
    ) {
        self.accelerator = accelerator
        self.memoryMiB = memoryMiB
        self.virtualCPUs = virtualCPUs
        self.diskMiB = diskMiB
        self.timestampKilohertz = timestampKilohertz
    }

    /// The guest's memory, in bytes.
    package var memoryBytes: UInt64 { UInt64(memoryMiB) << 20 }
}

/// What a machine is started for.
package struct MachineRole: Hashable, Sendable {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// Boots from cold and becomes a template; its memory is shared with us.
    package static let builder = Self("builder")
    /// Continues from a template; its memory is copied on write.
    package static let clone = Self("clone")
}

/// The descriptors with which QEMU starts; it opens no file of ours by name.
package enum InheritedDescriptor {
    /// The monitor: a connected socket.
    package static let monitor: Int32 = 0
    /// The guest's control port: a connected socket.
    package static let guest: Int32 = 1
    /// The state of the devices: written for a builder, read for a clone.
    package static let state: Int32 = 3
    /// The guest's memory.
    package static let memory: Int32 = 4
    /// The root image.
    package static let root: Int32 = 5
    /// The kernel; not for a clone, which has it in its memory.
    package static let kernel: Int32 = 6
    /// The initramfs; not for a clone.
    package static let initramfs: Int32 = 7
}

extension MachineShape {
    /// The bytes of the guest's console that are kept.
    package static let consoleBytes = 16 << 10

    /// QEMU's arguments, without the program's own name.
    ///
    /// - Parameter role: what the machine is started for.
    /// - Returns: the arguments; the same shape and role always give the same ones.
    package func arguments(for role: MachineRole) -> [String] {
        var arguments = [
            "-nodefaults", "-no-user-config", "-display", "none", "-nic", "none", "-no-reboot",
            "-machine", machine, "-accel", acceleration, "-cpu", accelerator.processorModel,
            "-smp", "\(virtualCPUs)", "-m", "\(memoryMiB)M",
            "-object", memory(for: role),
            // The state is read without this section when it was saved without it.
            "-global", "migration.send-configuration=off",
            // A guest that ends stays until its console has been read.
            "-action", "reboot=shutdown,shutdown=pause",
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            "-chardev", "ringbuf,id=console,size=\(Self.consoleBytes)", "-serial", "chardev:console",
            "-chardev", "socket,id=monitor,fd=\(InheritedDescriptor.monitor)",
            "-mon", "chardev=monitor,mode=control",
        ]
        arguments += guestChannel + root + randomness
        if role == .clone {
            arguments += ["-incoming", "defer", "-S"]
        } else {
            arguments += [
                "-kernel", "/proc/self/fd/\(InheritedDescriptor.kernel)",
                "-initrd", "/proc/self/fd/\(InheritedDescriptor.initramfs)",
                "-append", kernelParameters,
            ]
        }
        return arguments
    }

    /// The kernel's command line.
    ///
    /// Without KVM there is no paravirtual clock and the kernel's own calibration fails on a busy
    /// host, so the guest is told the frequency (microvm.md, "the clock trap").
    package var kernelParameters: String {
        var parameters = ["console=ttyS0", "quiet", "panic=-1", "reboot=t"]
        if accelerator == .tcg {
            parameters += [
                "tsc_early_khz=\(timestampKilohertz)", "tsc=reliable", "no_timer_check",
                "lpj=\(timestampKilohertz * 2)",
            ]
        }
        return (parameters + ["cloister.disk_mib=\(diskMiB)"]).joined(separator: " ")
    }

    private var machine: String {
        // Without the old timers and interrupt controller a guest hangs under TCG.
        let legacy = accelerator == .kvm ? ",pit=off,pic=off,rtc=off" : ""
        return "microvm,memory-backend=memory,suppress-vmdesc=on\(legacy)"
    }

    private var acceleration: String {
        // The translation cache grows to 1 GiB when it is not bounded.
        accelerator == .kvm ? "kvm" : "tcg,thread=multi,tb-size=64"
    }

    private func memory(for role: MachineRole) -> String {
        let share = role == .clone ? "off" : "on"
        return "memory-backend-file,id=memory,size=\(memoryMiB)M,share=\(share),"
            + "mem-path=/proc/self/fd/\(InheritedDescriptor.memory)"
    }

    private var guestChannel: [String] {
        [
            "-chardev", "socket,id=guest,fd=\(InheritedDescriptor.guest)",
            "-device", "virtio-serial-device,max_ports=2",
            "-device", "virtserialport,chardev=guest,name=cloister.control",
        ]
    }

    private var root: [String] {
        [
            "-add-fd", "fd=\(InheritedDescriptor.root),set=1",
            "-blockdev",
            "driver=raw,node-name=root,read-only=on,"
                + "file.driver=file,file.filename=/dev/fdset/1,file.read-only=on,file.locking=off",
            "-device", "virtio-blk-device,drive=root",
        ]
    }

    /// A source of randomness for the time before a clone is given its own.
    private var randomness: [String] {
        ["-object", "rng-builtin,id=randomness", "-device", "virtio-rng-device,rng=randomness"]
    }
}

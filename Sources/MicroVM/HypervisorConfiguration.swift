/// A node's settings for its machines.
package struct HypervisorConfiguration: Sendable {
    /// The folder of the guest image: `kernel`, `initramfs`, `root.squashfs`, `manifest`.
    package var imageDirectory: String
    /// Where templates and answers about the host are kept; shared by the workers of one machine.
    package var cacheDirectory: String
    /// Where this worker notes its processes; its own.
    package var runDirectory: String
    /// QEMU's path.
    package var qemuPath = "/usr/bin/qemu-system-x86_64"
    /// What runs the guests' instructions.
    package var accelerator = AcceleratorPreference.automatic
    /// Who QEMU runs as when the worker is root.
    package var user = MachineUser.automatic
    /// Whether QEMU is put into a jail.
    package var jail = JailPreference.automatic
    /// How many machines start at once; nil for one per processor.
    package var concurrentStarts: Int?
    /// How many processes of each template wait for a claim, started ahead.
    package var processesAhead = 2
    /// How long a machine may take to start, its new identity included.
    package var startTime = Duration.seconds(15)

    /// Makes settings with the defaults.
    ///
    /// - Parameters:
    ///   - imageDirectory: the folder of the guest image.
    ///   - cacheDirectory: where templates are kept.
    ///   - runDirectory: where this worker notes its processes.
    package init(imageDirectory: String, cacheDirectory: String, runDirectory: String) {
        self.imageDirectory = imageDirectory
        self.cacheDirectory = cacheDirectory
        self.runDirectory = runDirectory
    }
}

/// What was found out about the host at the start; for the log and the node's report.
package struct HostReport: Sendable {
    /// What runs the guests' instructions, and why.
    package let accelerator: AcceleratorChoice
    /// How QEMU is confined.
    package let confinement: Confinement
    /// Why there is no jail, to be said loudly; nil when there is one.
    package let jailWarning: String?
    /// The version of QEMU, as it says itself.
    package let qemuVersion: String
    /// The frequency of the time stamp counter, in kHz.
    package let timestampKilohertz: UInt64
    /// Processes of a former self that were killed.
    package let sweptProcesses: [Int32]
}

internal import FoundationEssentials
internal import Glibc

/// On what and against what was measured; without it figures mean nothing.
package struct MachineDescription: Hashable, Sendable, Codable {
    /// How many processors this machine has.
    package let processors: Int
    /// What kind they are.
    package let processorModel: String
    /// This machine's memory, in bytes.
    package let memoryBytes: Int
    /// The kernel's version.
    package let kernel: String
    /// Whether this machine has `/dev/kvm`.
    package let hasKVM: Bool
    /// The load averages of one, five and fifteen minutes before the measurement.
    package let loadAverages: [Double]
    /// This program's version.
    package let version: String
    /// The server's version; nil when it is not told.
    package var serverVersion: String?
    /// How many workers the cluster has; nil when the key may not see them.
    package var workers: Int?

    private enum CodingKeys: String, CodingKey {
        case processors, kernel, version, workers
        case processorModel = "processor_model"
        case memoryBytes = "memory_bytes"
        case hasKVM = "has_kvm"
        case loadAverages = "load_averages"
        case serverVersion = "server_version"
    }

    /// Looks at this machine.
    ///
    /// - Parameter version: this program's version.
    package init(version: String) {
        let information = ProcessInfo.processInfo
        processors = information.processorCount
        memoryBytes = Int(information.physicalMemory)
        let model = (ProcessTable.content("/proc/cpuinfo") ?? "").split(separator: "\n")
            .first { $0.hasPrefix("model name") }
        processorModel = model.map { String($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? ""
        kernel = (ProcessTable.content("/proc/sys/kernel/osrelease") ?? "").filter { $0 != "\n" }
        hasKVM = access("/dev/kvm", F_OK) == 0
        loadAverages = (ProcessTable.content("/proc/loadavg") ?? "").split(separator: " ").prefix(3)
            .compactMap { Double($0) }
        self.version = version
    }
}

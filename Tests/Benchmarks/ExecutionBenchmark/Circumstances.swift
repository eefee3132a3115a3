internal import Foundation

/// Under which circumstances figures came about; without them they mean nothing.
enum Circumstances {
    /// The exact command, the machine and its load.
    static func text() -> String {
        let memory = ProcessInfo.processInfo.physicalMemory >> 20
        return """
            command: \(CommandLine.arguments.joined(separator: " "))
            machine: \(ProcessInfo.processInfo.processorCount) processors, \(memory) MiB
            \(load())

            """
    }

    /// The load averages and the memory that is left.
    static func load() -> String {
        let averages = (contents("/proc/loadavg") ?? "?").split(separator: " ").prefix(3)
        let available = (contents("/proc/meminfo") ?? "").split(separator: "\n")
            .first { $0.hasPrefix("MemAvailable:") }
        return "load averages: \(averages.joined(separator: " ")); \(available ?? "MemAvailable: ?")"
    }

    private static func contents(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}

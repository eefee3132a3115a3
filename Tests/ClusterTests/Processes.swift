import Foundation
import Glibc

/// What the kernel knows of processes.
enum Processes {
    /// A process as its `/proc` entry describes it.
    struct Entry: Sendable {
        let identifier: pid_t
        let parent: pid_t
        let command: String
    }

    /// All processes that can be seen.
    static func all() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard let identifier = pid_t(name),
                let status = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let end = status.lastIndex(of: ")")
            else { return nil }
            let fields = status[status.index(after: end)...].split(separator: " ")
            guard fields.count > 1, let parent = pid_t(fields[1]), fields[0] != "Z" else { return nil }
            let command = (try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8)) ?? ""
            return Entry(identifier: identifier, parent: parent, command: command)
        }
    }

    /// The children of a process.
    static func children(of parent: pid_t) -> [pid_t] {
        all().filter { $0.parent == parent }.map(\.identifier)
    }

    /// A process and everything below it.
    static func family(of root: pid_t) -> Set<pid_t> {
        let everybody = all()
        var family: Set<pid_t> = [root]
        while true {
            let more = everybody.filter { family.contains($0.parent) && !family.contains($0.identifier) }
            guard !more.isEmpty else { return family }
            family.formUnion(more.map(\.identifier))
        }
    }

    /// How many machines a worker runs.
    static func machines(of worker: pid_t) -> Int { machineIdentifiers(of: worker).count }

    /// The machines that a worker runs.
    static func machineIdentifiers(of worker: pid_t) -> Set<pid_t> {
        let family = family(of: worker)
        let machines = all().filter {
            family.contains($0.identifier) && isMachine($0) && !hasMachineChild($0)
        }
        return Set(machines.map(\.identifier))
    }

    /// The innermost process of the launch chain is QEMU itself; the ones around it carry its command line too.
    private static func isMachine(_ entry: Entry) -> Bool { entry.command.contains("qemu-system-x86_64") }

    private static func hasMachineChild(_ entry: Entry) -> Bool {
        all().contains { $0.parent == entry.identifier && isMachine($0) }
    }

    /// How much processor time a process has used; zero when it is gone.
    static func processorTime(of process: pid_t) -> Duration {
        guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = line.lastIndex(of: ")")
        else { return .zero }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
            return .zero
        }
        return .milliseconds((user + system) * 1_000 / sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Where a process's descriptors lead, each with its number.
    static func openFiles(of process: pid_t) -> [String] {
        let folder = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name)
            return "\(name) \(target ?? "closed meanwhile")"
        }
    }

    /// How many threads a process has.
    static func threadCount(of process: pid_t) -> Int { status("Threads:", of: process) }

    /// The memory that a process has written itself, in KiB: no files, no memory of its machines.
    static func ownMemoryKiB(of process: pid_t) -> Int { status("RssAnon:", of: process) }

    private static func status(_ name: String, of process: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Which of these processes are still there.
    static func alive(_ processes: Set<pid_t>) -> Set<pid_t> {
        Set(all().map(\.identifier)).intersection(processes)
    }

    /// Waits until processes are gone.
    ///
    /// - Returns: those that are still there when the time is over.
    static func waitForEnd(of processes: Set<pid_t>, within limit: Duration) async -> Set<pid_t> {
        let deadline = ContinuousClock.now + limit
        var left = alive(processes)
        while !left.isEmpty, ContinuousClock.now < deadline {
            // The kernel offers no event for the end of a stranger's process but a descriptor for each.
            try? await Task.sleep(for: .milliseconds(50))
            left = alive(processes)
        }
        return left
    }
}

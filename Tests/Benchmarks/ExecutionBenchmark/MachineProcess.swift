internal import Foundation
internal import Glibc

/// What the kernel tells of QEMU processes on this machine; memory of other users' ones for root only.
enum MachineProcess {
    /// What a process has of the machine's memory.
    struct Memory {
        /// Pages that no other process maps, in KiB.
        let privateKiB: Int
        /// Its share of all pages that it maps, in KiB.
        let proportionalKiB: Int
    }

    /// The QEMU processes below workers.
    static func machines(ofWorkers workers: [Int32]) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let fields = Dictionary(
            uniqueKeysWithValues: names.compactMap { Int32($0) }.compactMap { id in
                statusFields(of: id).map { (id, $0) }
            }
        )
        func isBelowWorker(_ process: Int32) -> Bool {
            var parent = fields[process].flatMap { Int32($0.rest[1]) }
            while let next = parent, next > 1 {
                if workers.contains(next) { return true }
                parent = fields[next].flatMap { Int32($0.rest[1]) }
            }
            return false
        }
        return fields.filter { $0.value.name.hasPrefix("qemu-system") && isBelowWorker($0.key) }.keys.sorted()
    }

    /// The memory of a process; nil when it is gone or may not be looked at.
    static func memory(of process: Int32) -> Memory? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8) else {
            return nil
        }
        var figures: [Substring: Int] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 3, let kibibytes = Int(words[1]) { figures[words[0]] = kibibytes }
        }
        guard let clean = figures["Private_Clean:"], let dirty = figures["Private_Dirty:"],
            let proportional = figures["Pss:"]
        else { return nil }
        return Memory(privateKiB: clean + dirty, proportionalKiB: proportional)
    }

    /// The processor time that a process has used; zero when it is gone.
    static func processorTime(of process: Int32) -> Duration {
        guard let fields = statusFields(of: process)?.rest, let user = Int(fields[11]),
            let system = Int(fields[12])
        else { return .zero }
        return .milliseconds((user + system) * 1_000 / sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The name of a process, and what follows it in its `stat` line, from its state on.
    private static func statusFields(of process: Int32) -> (name: Substring, rest: [Substring])? {
        guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let begin = line.firstIndex(of: "("), let end = line.lastIndex(of: ")")
        else { return nil }
        let rest = line[line.index(after: end)...].split(separator: " ")
        return rest.count > 12 ? (line[line.index(after: begin)..<end], rest) : nil
    }
}

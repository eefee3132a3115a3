internal import FoundationEssentials
internal import Glibc

/// What the kernel tells of the processes of this machine.
struct ProcessTable: Sendable {
    /// A process at a moment.
    struct Entry: Sendable {
        /// The process that started it.
        let parent: Int32
        /// The program's name as the kernel has it: 15 characters at most.
        let name: String
        /// The processor time that it has used.
        let processorTime: Duration
        /// How many threads it has.
        let threads: Int
    }

    private static let ticksPerSecond = max(1, sysconf(Int32(_SC_CLK_TCK)))

    private let entries: [Int32: Entry]

    /// Looks at all processes.
    init() {
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap {
            Int32($0)
        }
        var entries: [Int32: Entry] = [:]
        for number in numbers { entries[number] = Self.entry(of: number) }
        self.entries = entries
    }

    /// A process; nil when it is gone.
    subscript(_ process: Int32) -> Entry? { entries[process] }

    /// Processes and all that they have started, directly or not.
    ///
    /// - Parameter roots: the processes.
    /// - Returns: those that live.
    func tree(of roots: Set<Int32>) -> [Int32] {
        entries.keys.filter { process in
            var next: Int32? = process
            while let current = next, current > 1 {
                if roots.contains(current) { return true }
                next = entries[current]?.parent
            }
            return false
        }.sorted()
    }

    /// Memory of a process that is its own alone, in bytes; nil when it is gone or may not be looked at.
    static func privateMemory(of process: Int32) -> Int? {
        guard let text = content("/proc/\(process)/status") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") {
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap {
                Int($0)
            }
            .map { $0 << 10 }
        }
        return nil
    }

    /// How many descriptors a process has; nil when it is gone or may not be looked at.
    static func descriptors(of process: Int32) -> Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    }

    /// The process that listens on a port of this machine; nil when there is none that may be looked at.
    static func listener(on port: Int) -> Int32? {
        let wanted = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: max(0, 4 - wanted.count)) + wanted
        let lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { (content($0) ?? "").split(separator: "\n") }
        let sockets = Set(
            lines.compactMap { line -> String? in
                let fields = line.split(separator: " ")
                // The state of a socket that listens is 0A.
                guard fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == "0A" else { return nil }
                return "socket:[\(fields[9])]"
            }
        )
        let files = FileManager.default
        for process in ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap({ Int32($0) }) {
            for name in (try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? [] {
                let link = try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(name)")
                if let link, sockets.contains(link) { return process }
            }
        }
        return nil
    }

    /// The words of a process's command line.
    static func words(of process: Int32) -> [String] {
        (content("/proc/\(process)/cmdline") ?? "").split(separator: "\0").map(String.init)
    }

    /// What stands in a file of the kernel's.
    static func content(_ path: String) -> String? {
        // Their size is told as zero, so they are read to their end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 4 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func entry(of process: Int32) -> Entry? {
        // The name stands in brackets and may hold anything: count from its end.
        guard let line = content("/proc/\(process)/stat"), let begin = line.firstIndex(of: "("),
            let end = line.lastIndex(of: ")")
        else { return nil }
        let rest = line[line.index(after: end)...].split(separator: " ")
        guard rest.count > 17, let parent = Int32(rest[1]), let user = Int(rest[11]),
            let system = Int(rest[12]),
            let threads = Int(rest[17])
        else { return nil }
        return Entry(
            parent: parent,
            name: String(line[line.index(after: begin)..<end]),
            processorTime: .seconds(Double(user + system) / Double(ticksPerSecond)),
            threads: threads
        )
    }
}

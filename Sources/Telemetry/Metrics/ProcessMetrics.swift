internal import Glibc

/// What every process tells of itself, under the names that all exporters of Prometheus use.
package enum ProcessMetrics {
    /// Reads them from `/proc`.
    ///
    /// - Returns: descriptors, memory, processor time, start, threads; without what cannot be read.
    package static func collect() -> [MetricFamily] {
        var families: [MetricFamily] = []
        if let count = openDescriptors() {
            families.append(
                MetricFamily("process_open_fds", "Open file descriptors.", .gauge, value: Double(count))
            )
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            families.append(
                MetricFamily(
                    "process_max_fds",
                    "The most file descriptors that may be open.",
                    .gauge,
                    value: Double(limit.rlim_cur)
                )
            )
        }
        guard let own = ProcessFacts(of: getpid()) else { return families }
        families += [
            MetricFamily(
                "process_resident_memory_bytes",
                "Memory that is in the machine's.",
                .gauge,
                value: own.residentBytes
            ),
            MetricFamily(
                "process_cpu_seconds_total",
                "Processor time of user and system together.",
                .counter,
                value: own.processorSeconds
            ),
            MetricFamily("process_threads", "Threads.", .gauge, value: own.threads),
        ]
        if let start = bootTime().map({ $0 + own.startedSecondsAfterBoot }) {
            families.append(
                MetricFamily(
                    "process_start_time_seconds",
                    "When the process began, since 1970.",
                    .gauge,
                    value: start
                )
            )
        }
        return families
    }

    private static func openDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the folder itself.
        return count - 3
    }

    /// When the machine was started, in seconds since 1970.
    private static func bootTime() -> Double? {
        ProcessFacts.content(of: "/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst("btime ".count)) }
    }
}

/// What the kernel tells of a process.
package struct ProcessFacts: Hashable, Sendable {
    /// Its memory that is in the machine's, in bytes.
    package let residentBytes: Double
    /// The part of it that belongs to no file and is its own, in bytes.
    package let ownBytes: Double
    /// The processor time that it has used.
    package let processorSeconds: Double
    /// How many threads it has.
    package let threads: Double
    /// When it began, counted from the machine's start.
    package let startedSecondsAfterBoot: Double

    private static let contentBytesMax = 64 << 10

    /// Asks the kernel.
    ///
    /// - Parameter process: the process's number.
    package init?(of process: Int32) {
        // The second field is the program's name in brackets and may hold anything: count from its end.
        guard let line = Self.content(of: "/proc/\(process)/stat"), let bracket = line.lastIndex(of: ")"),
            let memory = Self.content(of: "/proc/\(process)/statm")?.split(separator: " ").compactMap({
                Double($0)
            }), memory.count > 2
        else { return nil }
        let fields = line[line.index(after: bracket)...].split(separator: " ")
        guard fields.count > 19, let user = Double(fields[11]), let system = Double(fields[12]),
            let threads = Double(fields[17]), let start = Double(fields[19])
        else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        residentBytes = memory[1] * page
        ownBytes = max(0, memory[1] - memory[2]) * page
        processorSeconds = (user + system) / ticks
        self.threads = threads
        startedSecondsAfterBoot = start / ticks
    }

    static func content(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: contentBytesMax)
        let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

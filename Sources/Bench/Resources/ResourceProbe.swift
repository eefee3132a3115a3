internal import FoundationEssentials
internal import Glibc

/// Looks at the processes of a cluster on this machine, again and again.
package struct ResourceProbe: Sendable {
    private static let interval: Duration = .seconds(1)

    /// The processes that belong to the cluster, with all that they start.
    private let roots: Set<Int32>
    /// Folders whose files are counted.
    private let folders: [String]

    /// Chooses the processes.
    ///
    /// - Parameters:
    ///   - roots: processes of the cluster; what they start is looked at as well.
    ///   - folders: folders whose files are counted.
    package init(roots: Set<Int32>, folders: [String]) {
        self.roots = roots
        self.folders = folders
    }

    /// Finds the process that serves an address on this machine.
    ///
    /// - Parameter url: the address.
    /// - Returns: the process; nil when it is on another machine or may not be looked at.
    package static func server(at url: String) -> Int32? {
        guard let parts = URLComponents(string: url), let host = parts.host,
            ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host)
        else { return nil }
        return ProcessTable.listener(on: parts.port ?? (parts.scheme == "https" ? 443 : 80))
    }

    /// Looks once a second until the task is cancelled.
    ///
    /// - Returns: what it saw.
    package func run() async -> ResourceSeries {
        var series = ResourceSeries()
        let began = ContinuousClock.now
        var last = began
        var before = look(at: began, since: began, before: [:]).times
        while !Task.isCancelled {
            // What is left of a second when it is over counts, too.
            try? await Task.sleep(for: Self.interval)
            let now = ContinuousClock.now
            let seen = look(at: now, since: last, before: before)
            let files = folders.isEmpty ? nil : folders.map(Self.fileCount).reduce(0, +)
            series.add(at: (now - began) / .seconds(1), seen.roles, files: files)
            (before, last) = (seen.times, now)
        }
        return series
    }

    /// What the processes take, and the processor time that each has used.
    private func look(
        at now: ContinuousClock.Instant,
        since last: ContinuousClock.Instant,
        before: [Int32: Duration]
    ) -> (roles: [String: ResourceSeries.Figures], times: [Int32: Duration]) {
        let table = ProcessTable()
        var roles: [String: ResourceSeries.Figures] = [:]
        var times: [Int32: Duration] = [:]
        for process in table.tree(of: roots) + [getpid()] {
            guard let entry = table[process] else { continue }
            times[process] = entry.processorTime
            let spent = entry.processorTime - (before[process] ?? .zero)
            roles[role(of: process, entry), default: .init()].add(
                processors: now > last ? spent / (now - last) : 0,
                memoryBytes: ProcessTable.privateMemory(of: process) ?? 0,
                descriptors: ProcessTable.descriptors(of: process) ?? 0,
                threads: entry.threads
            )
        }
        return (roles, times)
    }

    /// What a process is for.
    private func role(of process: Int32, _ entry: ProcessTable.Entry) -> String {
        if process == getpid() { return "bench" }
        if entry.name.hasPrefix("qemu-system") { return "machines" }
        if ProcessTable.words(of: process).dropFirst().first == "worker" { return "workers" }
        return roots.contains(process) ? "coordinator" : "others"
    }

    private static func fileCount(below folder: String) -> Int {
        (try? FileManager.default.subpathsOfDirectory(atPath: folder).count) ?? 0
    }
}

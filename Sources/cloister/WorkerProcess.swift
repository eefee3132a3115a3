internal import FoundationEssentials
internal import ServiceLifecycle
internal import Subprocess
internal import SystemPackage

/// A worker of a local cluster, as a process of its own that ends with this one.
struct WorkerProcess: Service {
    /// How long a worker may take to end its sandboxes.
    private static let patience: Duration = .seconds(8)

    /// The worker's name.
    let name: String
    /// Its configuration file.
    let configurationPath: String
    /// Told what the worker does, in sentences.
    let report: @Sendable (String) -> Void

    /// Runs the worker until shut down.
    ///
    /// - Throws: ``LocalClusterError`` when it ends by itself.
    func run() async throws {
        try await cancelWhenGracefulShutdown { try await supervise() }
    }

    private func supervise() async throws {
        var options = PlatformOptions()
        // A session of its own, or Ctrl-C on the terminal would reach the worker before its turn.
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.patience)]
        let own = try FilePath(String(decoding: readLink("/proc/self/exe"), as: UTF8.self))
        // If this process is killed, the kernel kills the worker, and with it its machines.
        let arguments = ["--pdeathsig", "KILL", "--", own.string, "worker", "--config", configurationPath]
        let result = try await Subprocess.run(
            .name("setpriv"),
            arguments: Arguments(arguments),
            platformOptions: options,
            output: .discarded,
            error: .sequence
        ) { execution in
            var last = ""
            for try await line in execution.standardError.strings() {
                if let entry = LogEntry(line) {
                    if entry.isForPeople { report("\(name): \(entry.message)\(entry.error.map { ": \($0)" } ?? "")") }
                } else if !line.isEmpty {
                    report("\(name): \(line)")
                    last = line
                }
            }
            return last
        }
        if Task.isCancelled { return }
        throw LocalClusterError.workerEnded(name: name, status: "\(result.terminationStatus)", last: result.closureOutput)
    }

    private func readLink(_ path: String) throws -> [UInt8] {
        try Array(FileManager.default.destinationOfSymbolicLink(atPath: path).utf8)
    }
}

/// A line of a worker's log.
private struct LogEntry {
    let message: String
    let error: String?
    let isForPeople: Bool

    private struct Members: Decodable {
        let level: String
        let message: String
        let progress: String?
        let error: String?
    }

    init?(_ line: String) {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(line.utf8)) else { return nil }
        message = members.message
        error = members.error
        isForPeople = members.progress != nil || ["warning", "error", "critical"].contains(members.level)
    }
}

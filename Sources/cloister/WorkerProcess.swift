internal import FoundationEssentials
internal import Glibc
internal import ServiceLifecycle
internal import Subprocess

/// A worker of a local cluster, as a process of its own that ends with this one.
struct WorkerProcess: Service {
    /// How long a worker may take to end its sandboxes.
    private static let patience: Duration = .seconds(8)

    /// How long to wait before a worker that died is started again.
    private static let restartPause: Duration = .milliseconds(500)

    /// The worker's name.
    let name: String
    /// Its configuration file.
    let configurationPath: String
    /// Variables of the environment that its configuration has taken in already.
    let ignoredVariables: Set<String>
    /// Whether it runs nothing.
    let hasNoOpSandboxes: Bool
    /// Told what the worker does, in sentences.
    let report: @Sendable (String) -> Void

    /// Runs the worker until shut down; one that served and died is started again.
    ///
    /// - Throws: ``LocalClusterError`` when it ends before it has ever served.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while true {
                let end = try await runOnce()
                if Task.isCancelled { return }
                guard end.hasServed else {
                    throw LocalClusterError.workerEnded(name: name, status: end.status, last: end.lastLine)
                }
                report("\(name) ended (\(end.status)); it is started again, its sessions are lost")
                try? await Task.sleep(for: Self.restartPause)
            }
        }
    }

    /// How a worker ended.
    private struct End {
        let status: String
        let hasServed: Bool
        let lastLine: String
    }

    /// What the cluster was started with has been said in the worker's file; flags go before variables there.
    private var environment: Environment {
        let keys = ignoredVariables.compactMap { Environment.Key(rawValue: $0) }
        return .inherit.updating(Dictionary(uniqueKeysWithValues: keys.map { ($0, nil) }))
    }

    private func runOnce() async throws -> End {
        var options = PlatformOptions()
        // A session of its own, or Ctrl-C on the terminal would reach the worker before its turn.
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.patience)]
        // Not the link's target: this very program, also when a new build has replaced it meanwhile.
        let own = "/proc/\(getpid())/exe"
        // If this process is killed, the kernel kills the worker, and with it its machines.
        var arguments = ["--pdeathsig", "KILL", "--", own, "worker", "--config", configurationPath]
        if hasNoOpSandboxes { arguments.append("--no-op-sandbox") }
        let result = try await Subprocess.run(
            .name("setpriv"),
            arguments: Arguments(arguments),
            environment: environment,
            platformOptions: options,
            input: .none,
            output: .discarded,
            error: .sequence
        ) { execution in
            var hasServed = false
            var lastLine = ""
            for try await line in execution.standardError.strings() where !line.isEmpty {
                guard let entry = LogEntry(line) else {
                    lastLine = line
                    report("\(name): \(line)")
                    continue
                }
                if entry.message == "worker serves" { hasServed = true }
                if entry.isForPeople {
                    report("\(name): \(entry.message)\(entry.error.map { ": \($0)" } ?? "")")
                }
            }
            return (hasServed, lastLine)
        }
        return End(
            status: "\(result.terminationStatus)",
            hasServed: result.closureResult.0,
            lastLine: result.closureResult.1
        )
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

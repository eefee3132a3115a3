import Client
import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// A real cluster: the `cloister` binary as a user starts it, with real workers, QEMU and guests.
struct RunningCluster: Sendable {
    let client: CloisterClient
    let url: String
    let key: String
    let state: String
    /// The cluster's own folder for temporary files.
    let temporary: String
    /// The process of `cloister up`.
    let process: pid_t

    /// Whether the real thing can run here; `./cloister test` provides the image.
    static var isPossible: Bool { ProcessInfo.processInfo.environment["CLOISTER_IMAGE"] != nil }

    /// The binary beside the test bundle.
    static var binary: String {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let candidates = [bundle, CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ""]
            .map {
                URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("cloister").path
            }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "cloister"
    }

    /// Starts a cluster, hands it to `body` and ends it; nothing of it is left afterwards.
    static func with<Value: Sendable>(
        workers: Int,
        ready: Int = 0,
        endingWith signal: Int32 = SIGTERM,
        environment: [String: String] = [:],
        _ body: @escaping @Sendable (RunningCluster) async throws -> Value
    ) async throws -> Value {
        let state = NSTemporaryDirectory() + "cloister-test-\(UUID().uuidString)"
        let temporary = state + ".tmp"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        defer {
            try? FileManager.default.removeItem(atPath: state)
            try? FileManager.default.removeItem(atPath: temporary)
        }
        let arguments = [
            "up", "--port", "0", "--workers", "\(workers)", "--ready", "\(ready)", "--state-dir", state,
        ]
        var variables: [Environment.Key: String?] = ["TMPDIR": temporary]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        options.createSession = true
        let result = try await Subprocess.run(
            .path(FilePath(binary)),
            arguments: Arguments(arguments),
            environment: .inherit.updating(variables),
            platformOptions: options,
            input: .none,
            output: .sequence,
            error: .sequence
        ) { execution in
            let process = pid_t(execution.processIdentifier.value)
            // Whatever happens in the body, the cluster ends: a test leaves nothing behind.
            defer { kill(process, signal) }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await line in execution.standardError.strings() { Progress.show(line) }
                }
                let url = try await readyAddress(execution.standardOutput)
                let key = try String(contentsOfFile: state + "/api-key", encoding: .utf8)
                let trimmed = key.trimmingCharacters(in: .whitespacesAndNewlines)
                let cluster = RunningCluster(
                    client: CloisterClient(baseURL: url, apiKey: trimmed),
                    url: url,
                    key: trimmed,
                    state: state,
                    temporary: temporary,
                    process: process
                )
                let value = try await body(cluster)
                kill(process, signal)
                group.cancelAll()
                return value
            }
        }
        return result.closureResult
    }

    private static func readyAddress(_ output: SubprocessOutputSequence) async throws -> String {
        for try await line in output.strings() {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "ready" { return String(words[1]) }
        }
        throw ClusterDidNotStart()
    }

    /// Runs code in a session of the pool `python`.
    @discardableResult
    func run(
        _ code: String,
        in identifier: String,
        timeout: Duration = .seconds(60)
    ) async throws -> ExecutionResponse {
        try await client.execute(code: code, identifier: identifier, pool: "python", timeout: timeout)
    }

    /// The worker processes.
    var workers: [pid_t] { Processes.children(of: process) }
}

/// `cloister up` ended before it was ready; its own words are in the test's output.
struct ClusterDidNotStart: Error {}

/// What the cluster says while it starts, for whoever reads the test's output.
enum Progress {
    static func show(_ line: String) { FileHandle.standardError.write(Data("  | \(line)\n".utf8)) }
}

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

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
    ///
    /// - Parameters:
    ///   - workers: how many workers.
    ///   - ready: how many machines are kept ready, in all workers together.
    ///   - ahead: how many processes each worker starts ahead; none, so that what runs is what is used.
    ///   - signal: how it is ended.
    ///   - environment: variables beside this process's own.
    ///   - body: what is done with it.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` threw, or why there is no cluster.
    static func with<Value: Sendable>(
        workers: Int,
        ready: Int = 0,
        ahead: Int = 0,
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
        // As scarce as on many systems at the most: the cluster raises its soft limit itself.
        let arguments = [
            "--nofile=256:", binary, "up", "--port", "0", "--workers", "\(workers)", "--ready", "\(ready)",
            "--state-dir", state,
        ]
        var variables: [Environment.Key: String?] = [
            "TMPDIR": temporary, "CLOISTER_PROCESSES_AHEAD": "\(ahead)", "CLOISTER_SERVED_POOLS": "python",
        ]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        options.createSession = true
        let result = try await Subprocess.run(
            .name("prlimit"),
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

    /// The machines of all workers.
    var machines: Set<pid_t> {
        workers.reduce(into: []) { $0.formUnion(Processes.machineIdentifiers(of: $1)) }
    }

    /// Begins sessions until one of them needs no start of a machine: ready ones are refilled.
    func waitForReadySession() async throws {
        for _ in 0..<30 {
            let answer = try await run("1", in: "probe-\(UUID().uuidString)")
            #expect(answer.isNewSession)
            if answer.stages["spawn"] == nil { return }
        }
        Issue.record("no session found a ready sandbox")
    }
}

/// `cloister up` ended before it was ready; its own words are in the test's output.
struct ClusterDidNotStart: Error {}

/// What the cluster says while it starts, for whoever reads the test's output.
enum Progress {
    static func show(_ line: String) { FileHandle.standardError.write(Data("  | \(line)\n".utf8)) }
}

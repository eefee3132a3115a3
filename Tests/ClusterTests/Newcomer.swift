import Foundation
import Glibc
import Subprocess
import SystemPackage

/// A worker that joins a running cluster with a cache of its own, as one on another host would.
struct Newcomer: Sendable {
    let name: String
    /// Its cache.
    let cache: String
    private let log: String

    /// Runs a worker while `body` does; nothing of it is left afterwards.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - cluster: where it joins.
    ///   - body: what is done meanwhile.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` threw, or why there is no worker.
    static func with<Value: Sendable>(
        _ name: String,
        in cluster: RunningCluster,
        _ body: @Sendable (Newcomer) async throws -> Value
    ) async throws -> Value {
        let folder = "\(cluster.temporary)/\(name)"
        let newcomer = Newcomer(name: name, cache: folder + "/cache", log: folder + "/log")
        try FileManager.default.createDirectory(atPath: newcomer.cache, withIntermediateDirectories: true)
        // Of the host, and not of a worker: to find them out takes time.
        for fact in ["accelerator", "timestamp-frequency"] {
            try FileManager.default.copyItem(
                atPath: "\(ProcessInfo.processInfo.environment["CLOISTER_CACHE"] ?? "")/\(fact)",
                toPath: "\(newcomer.cache)/\(fact)"
            )
        }
        let model = try String(contentsOfFile: cluster.state + "/worker-1/worker.yaml", encoding: .utf8)
        let lines = model.split(separator: "\n").filter {
            !$0.hasPrefix("name:") && !$0.hasPrefix("runDirectory:")
        }
        let settings = lines.joined(separator: "\n") + "\nname: \(name)\nrunDirectory: \(folder)/run\n"
        try settings.write(toFile: folder + "/worker.yaml", atomically: false, encoding: .utf8)
        let output = try FileDescriptor.open(
            newcomer.log,
            .writeOnly,
            options: [.create],
            permissions: [.ownerReadWrite]
        )
        let result = try await Subprocess.run(
            .path(FilePath(RunningCluster.binary)),
            arguments: ["worker", "--config", folder + "/worker.yaml"],
            environment: .inherit.updating([
                "CLOISTER_CACHE": newcomer.cache, "CLOISTER_PROCESSES_AHEAD": "0",
            ]),
            input: .none,
            output: .discarded,
            error: .fileDescriptor(output, closeAfterSpawningProcess: true)
        ) { execution in
            let process = pid_t(execution.processIdentifier.value)
            defer { kill(process, SIGTERM) }
            return try await body(newcomer)
        }
        return result.closureResult
    }

    /// What it has logged.
    var words: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Waits until it has said something.
    ///
    /// - Parameter text: what.
    /// - Returns: whether it has.
    /// - Throws: when the test is cancelled.
    func says(_ text: String) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while !words.contains(text), ContinuousClock.now < deadline {
            // Nobody tells of a line in a file.
            try await Task.sleep(for: .milliseconds(50))
        }
        return words.contains(text)
    }

    /// Changes a byte in the memory of each template in its cache.
    func damageTemplates() throws {
        let templates = cache + "/templates"
        for name in try FileManager.default.contentsOfDirectory(atPath: templates) where !name.contains(".") {
            let manifest = try String(contentsOfFile: "\(templates)/\(name)/manifest", encoding: .utf8)
            guard
                let piece = manifest.split(separator: "\n").first(where: {
                    $0.split(separator: " ").count == 4
                }),
                let offset = UInt64(piece.split(separator: " ")[1]),
                let file = FileHandle(forUpdatingAtPath: "\(templates)/\(name)/memory")
            else { throw ClusterDidNotStart() }
            try file.seek(toOffset: offset)
            let byte = try file.read(upToCount: 1)?.first ?? 0
            try file.seek(toOffset: offset)
            try file.write(contentsOf: Data([byte ^ 1]))
            try file.close()
        }
    }
}

internal import Foundation
internal import Subprocess
internal import SystemPackage

/// How long a cluster takes from its process's start until it is ready, its template in the cache.
struct ClusterStarts {
    let binary: String
    let count: Int

    /// Starts clusters one after the other; the first, which may make the template, is not measured.
    func run() async throws {
        var samples = Samples()
        for number in 0...count {
            let time = try await start()
            if number > 0 { samples.add(time, for: "start until ready, checked with one execution") }
        }
        print(samples.table)
    }

    private func start() async throws -> Duration {
        let state = NSTemporaryDirectory() + "cloister-benchmark-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: state) }
        let started = ContinuousClock.now
        let result = try await Subprocess.run(
            .path(FilePath(binary)),
            arguments: ["up", "--port", "0", "--ready", "0", "--state-dir", state],
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            for try await line in execution.standardOutput.strings() where line.hasPrefix("ready ") {
                let time = started.duration(to: .now)
                try execution.send(signal: .terminate)
                return Duration?.some(time)
            }
            return nil
        }
        guard let time = result.closureResult else { throw NotReady() }
        return time
    }
}

/// The cluster ended before it was ready.
struct NotReady: Error {}

internal import APIModel
internal import ArgumentParser
internal import Client
internal import Foundation

/// Measures executions of `print(1)` over HTTP against a running cluster, one client, closed loop.
///
/// Each answer is verified: the right output, and from the right kind of session. The stages are the
/// server's own, as it reports them with each answer.
@main
struct ExecutionBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "execution-benchmark")

    @Option(help: "The cluster's address, as `cloister up` prints it.")
    var url: String

    @Option(help: "The file with the API key.")
    var keyFile: String

    @Option(help: "How many executions are measured.")
    var count = 1_000

    @Flag(help: "Begin a new session with each execution, instead of using one session.")
    var newSessions = false

    @Option(help: "How long to wait before each execution, in milliseconds.")
    var pause = 0

    func run() async throws {
        let key = try String(contentsOfFile: keyFile, encoding: .utf8)
        let client = CloisterClient(
            baseURL: url,
            apiKey: key.trimmingCharacters(in: .whitespacesAndNewlines)
        )
        let run = UUID().uuidString
        // The first execution of a session pays for cold translated code; it is not the warm case.
        if !newSessions { for _ in 0..<20 { _ = try await execute(client, identifier: run) } }
        var samples = Samples()
        for number in 0..<count {
            if pause > 0 { try await Task.sleep(for: .milliseconds(pause)) }
            let started = ContinuousClock.now
            let answer = try await execute(client, identifier: newSessions ? "\(run)-\(number)" : run)
            samples.add(started.duration(to: .now), for: "client, whole")
            guard answer.isNewSession == newSessions else { throw WrongSession() }
            for (stage, milliseconds) in answer.stages {
                samples.add(.microseconds(Int64(milliseconds * 1_000)), for: stage)
            }
        }
        print(samples.table)
    }

    private func execute(_ client: CloisterClient, identifier: String) async throws -> ExecutionResponse {
        let answer = try await client.execute(code: "print(1)", identifier: identifier, pool: "python")
        guard answer.resource.standardOutput == "1\n" else { throw WrongOutput() }
        return answer
    }
}

/// The answer did not hold what the code prints.
struct WrongOutput: Error {}

/// The session was not of the kind that is measured.
struct WrongSession: Error {}

/// Times by stage.
struct Samples {
    private var microseconds: [String: [Int64]] = [:]

    /// Adds a time.
    mutating func add(_ duration: Duration, for stage: String) {
        let (seconds, attoseconds) = duration.components
        microseconds[stage, default: []].append(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// A table in Markdown.
    var table: String {
        var lines = ["| stage | executions | median ms | p99 ms |", "| --- | ---: | ---: | ---: |"]
        for (stage, values) in microseconds.sorted(by: { median($0.value) > median($1.value) }) {
            let sorted = values.sorted()
            let high = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
            lines.append("| \(stage) | \(sorted.count) | \(text(median(values))) | \(text(high)) |")
        }
        return lines.joined(separator: "\n")
    }

    private func median(_ values: [Int64]) -> Int64 { values.sorted()[values.count / 2] }

    private func text(_ microseconds: Int64) -> String {
        String(format: "%.2f", Double(microseconds) / 1_000)
    }
}

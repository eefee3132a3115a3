internal import ArgumentParser
internal import Client
internal import Foundation

/// Measures a running cluster over HTTP.
///
/// Every answer is verified: the right output, from the right kind of session. The stages are the
/// server's own, as it reports them with each answer.
@main
struct ExecutionBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execution-benchmark",
        abstract: "Measures executions in one session, or what the chosen mode says."
    )

    @Option(help: "The cluster's address, as `cloister up` prints it.")
    var url = "http://127.0.0.1:8080"

    @Option(help: "The file with the API key.")
    var keyFile = "/var/lib/cloister/api-key"

    @Option(help: "How many executions, or starts, are measured.")
    var count = 1_000

    @Option(help: "How long to wait before each execution, in milliseconds.")
    var pause = 0

    @Flag(help: "Mode: begin a new session with each execution.")
    var newSessions = false

    @Flag(help: "Mode: begin, use and stop sessions, one after the other, with several clients.")
    var churn = false

    @Option(help: "How long --churn goes on, in seconds.")
    var duration = 60

    @Option(help: "How many clients --churn has, each with one session at a time.")
    var clients = 2

    @Option(help: "Mode: keep this many idle sessions and measure what they cost; needs --worker.")
    var idle: Int?

    @Option(help: "The process number of a worker on this machine; may be repeated.")
    var worker: [Int32] = []

    @Option(help: "Mode: start clusters with this binary, one after the other, until each is ready.")
    var start: String?

    func validate() throws {
        let modes = [newSessions, churn, idle != nil, start != nil].count { $0 }
        guard modes <= 1 else { throw ValidationError("One mode at a time.") }
        guard idle == nil || !worker.isEmpty else { throw ValidationError("--idle needs --worker.") }
        guard count > 0, duration > 0, clients > 0, idle ?? 1 > 0 else {
            throw ValidationError("--count, --duration, --clients and --idle are greater than 0.")
        }
    }

    func run() async throws {
        print(Circumstances.text())
        if let start { return try await ClusterStarts(binary: start, count: count).run() }
        let key = try String(contentsOfFile: keyFile, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let target = Target(client: CloisterClient(baseURL: url, apiKey: key))
        if let idle {
            try await IdleSessions(target: target, count: idle, workers: worker).run()
        } else if churn {
            try await Churn(target: target, duration: .seconds(duration), clients: clients).run()
        } else {
            let pause = Duration.milliseconds(pause)
            try await Executions(target: target, count: count, pause: pause, inNewSessions: newSessions).run()
        }
        print(Circumstances.load())
    }
}

internal import APIModel
internal import ArgumentParser
internal import Bench
internal import ClientCommands
internal import FoundationEssentials
internal import Presentation

/// `cloister bench compare`: results beside each other.
struct BenchCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compares results with the first of them, and says whether given bounds hold.",
        discussion: """
            Example: cloister bench compare before.json after.json --bound p99=1.2 --bound rate=0.9 --bound errors=0

            A bound is a ratio to the first result: of a latency (min, p50, p90, p99, p999, max, mean) the greatest \
            that is allowed, of rate the smallest; errors is a share in percent. Exit codes: 0 all bounds hold; 1 one \
            is broken; 2 a result cannot be read.
            """
    )

    @Argument(help: "Results of `cloister bench --json`, two at least.", completion: .file())
    var results: [String]

    @Option(
        help: ArgumentHelp("What must hold, such as p99=1.2; may be repeated.", valueName: "figure=number")
    )
    var bound: [String] = []

    func validate() throws {
        guard results.count > 1 else { throw ValidationError("Two results at least are compared.") }
        do { _ = try bounds() } catch { throw ValidationError("\(error)") }
    }

    func run() async throws {
        try await CommandOutcome.report(failingWith: ExitStatus.notDone) { _ in
            let comparison = Comparison(try results.map(Self.document), bounds: try bounds())
            for line in ResultText.lines(comparison, names: results, .of(1)) {
                try Console.deliver((line + "\n").utf8)
            }
            if !comparison.holds { throw ExitCode(ExitStatus.codeFailed) }
        }
    }

    private func bounds() throws -> [Comparison.Bound] { try bound.map { try Comparison.Bound($0) } }

    private static func document(_ path: String) throws -> JSONValue {
        guard let data = FileManager.default.contents(atPath: path),
            let document = JSONValue.bounded(Array(data), valueLimit: 1_000_000),
            document["latency_ms"] != nil
        else { throw BenchConfigurationError("\(path) is no result of `cloister bench --json`.") }
        return document
    }
}

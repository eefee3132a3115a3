internal import APIModel
internal import ArgumentParser
internal import Bench
internal import ClientCommands
internal import FoundationEssentials
internal import Presentation

/// Results beside each other, with what must hold.
struct BenchComparisonOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Measure nothing, and compare results of --json with the first of them.",
            valueName: "file"
        ),
        completion: .file()
    )
    var compare: [String] = []

    @Option(
        help: ArgumentHelp(
            "--compare: what must hold, such as p99=1.2; may be repeated. The greatest ratio of a latency (min, p50, "
                + "p90, p99, p999, max, mean), the smallest of rate; errors is a share in percent.",
            valueName: "figure=number"
        )
    )
    var bound: [String] = []

    func validate() throws {
        guard compare.count != 1 else { throw ValidationError("Two results at least are compared.") }
        guard bound.isEmpty || !compare.isEmpty else { throw ValidationError("--bound is for --compare.") }
        do { _ = try bounds() } catch { throw ValidationError("\(error)") }
    }

    /// Shows the comparison.
    ///
    /// - Throws: `ExitCode` when a bound is broken; ``BenchConfigurationError`` when a result cannot be read.
    func show() throws {
        let comparison = Comparison(try compare.map(Self.document), bounds: try bounds())
        for line in ResultText.lines(comparison, names: compare, .of(1)) {
            try Console.deliver((line + "\n").utf8)
        }
        if !comparison.holds { throw ExitCode(ExitStatus.codeFailed) }
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

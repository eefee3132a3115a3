internal import APIModel
internal import ArgumentParser
internal import Bench
internal import ClientCommands
internal import FoundationEssentials
internal import Presentation

/// Results that are put beside each other, and what must hold.
struct BenchComparisonOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Results of --json: compare them with the first, or what is measured now with the first.",
            valueName: "file"
        ),
        completion: .file()
    )
    var compare: [String] = []

    @Option(
        help: ArgumentHelp(
            "What must hold against the first result, such as p99=1.2; may be repeated. The greatest ratio of a latency "
                + "(min, p50, p90, p99, p999, max, mean), the smallest of rate; errors is a share in percent.",
            valueName: "figure=number"
        )
    )
    var bound: [String] = []

    func validate() throws {
        guard bound.isEmpty || !compare.isEmpty else { throw ValidationError("--bound needs --compare.") }
        do { _ = try bounds() } catch { throw ValidationError("\(error)") }
    }

    /// Compares and shows it.
    ///
    /// - Parameter measured: what is measured now, as JSON; nil when only files are compared.
    /// - Throws: the exit code of a broken bound; why a file cannot be read.
    func deliver(with measured: [UInt8]? = nil) throws {
        guard !compare.isEmpty else { return }
        var documents = try compare.map(Self.document)
        var names = compare
        if let measured, let document = JSONValue.bounded(measured, valueLimit: Self.valueLimit) {
            documents.append(document)
            names.append("now")
        }
        let comparison = Comparison(documents, bounds: try bounds())
        for line in ResultText.lines(comparison, names: names, .of(1)) {
            try Console.deliver((line + "\n").utf8)
        }
        if !comparison.holds { throw ExitCode(ExitStatus.codeFailed) }
    }

    /// Finds out before a measurement whether the results are there.
    ///
    /// - Throws: why a file cannot be read.
    func check() throws { _ = try compare.map(Self.document) }

    private static let valueLimit = 1_000_000

    private func bounds() throws -> [Comparison.Bound] { try bound.map { try Comparison.Bound($0) } }

    private static func document(_ path: String) throws -> JSONValue {
        guard let data = FileManager.default.contents(atPath: path),
            let document = JSONValue.bounded(Array(data), valueLimit: valueLimit), document["counts"] != nil
        else { throw BenchConfigurationError("\(path) is no result of `cloister bench --json`.") }
        return document
    }
}

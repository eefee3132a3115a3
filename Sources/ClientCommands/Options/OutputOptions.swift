internal import ArgumentParser
internal import Presentation

extension OutputFormat: ExpressibleByArgument {}

/// How a command shows what it found.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "table for people; json or yaml for programs.")
    var output: OutputFormat = .table
}

internal import ArgumentParser
internal import Bench
internal import ClientCommands
internal import FoundationEssentials

/// `cloister bench page`: the page of a result that is there.
struct BenchPageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page",
        abstract: "Writes the page of a result.",
        discussion: "Example: cloister bench page warm.json warm.html"
    )

    @Argument(help: "A result of `cloister bench --json`.", completion: .file())
    var result: String

    @Argument(help: "The page.", completion: .file())
    var page: String

    func run() async throws {
        try await CommandOutcome.report(failingWith: ExitStatus.notDone) { _ in
            guard let data = FileManager.default.contents(atPath: result) else {
                throw BenchConfigurationError("\(result) cannot be read.")
            }
            let html = ReportPage.html(try ResultDocument.decoded(Array(data)))
            try ResultFile.write(Array(html.utf8), to: page)
        }
    }
}

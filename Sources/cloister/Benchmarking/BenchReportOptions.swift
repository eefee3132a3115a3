internal import ArgumentParser
internal import Bench
internal import ClientCommands
internal import FoundationEssentials
internal import Glibc
internal import Presentation

/// Where a result goes.
struct BenchReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Write the result as JSON; - for standard output.", valueName: "file"),
        completion: .file()
    )
    var json: String?

    @Option(
        help: ArgumentHelp("Write a page with plots, which needs nothing else.", valueName: "file"),
        completion: .file()
    )
    var html: String?

    /// Finds out before the measurement whether its result can be written.
    ///
    /// - Throws: ``BenchConfigurationError`` that says why not.
    func check() throws { try Self.check([json, html].compactMap(\.self)) }

    /// Finds out whether files can be written.
    ///
    /// - Parameter paths: the files; - is standard output.
    /// - Throws: ``BenchConfigurationError`` that says why not.
    static func check(_ paths: [String]) throws {
        for path in paths where path != "-" {
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                .joined(separator: "/")
            let place = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
            guard access(place, W_OK) == 0 else {
                throw BenchConfigurationError(
                    "\(path) cannot be written: \(String(cString: strerror(errno)))."
                )
            }
        }
    }

    /// Writes the result where it was asked for, and shows it.
    ///
    /// - Parameters:
    ///   - document: the result.
    ///   - bytes: the same as JSON.
    /// - Throws: why it cannot be written.
    func deliver(_ document: ResultDocument, _ bytes: [UInt8]) throws {
        if let html { try Self.deliver(Array(ReportPage.html(document).utf8), to: html) }
        if let json { try Self.deliver(bytes, to: json) }
        guard json != "-" else { return }
        for line in ResultText.lines(document, .of(1)) { try Console.deliver((line + "\n").utf8) }
    }

    /// Writes a file, whole or not at all.
    ///
    /// - Parameters:
    ///   - bytes: what is in it.
    ///   - path: where it goes; - is standard output.
    /// - Throws: ``BenchConfigurationError`` when it cannot be written.
    static func deliver(_ bytes: [UInt8], to path: String) throws {
        guard path != "-" else { return try Console.deliver(bytes) }
        do { try Data(bytes).write(to: URL(filePath: path), options: .atomic) } catch {
            throw BenchConfigurationError("\(path) cannot be written: \(error).")
        }
    }
}

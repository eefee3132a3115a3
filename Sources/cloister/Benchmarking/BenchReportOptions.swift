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
    func check() throws {
        for path in [json, html].compactMap(\.self) where path != "-" { try ResultFile.check(path) }
    }

    /// Writes the result where it was asked for, and shows it.
    ///
    /// - Parameter document: the result.
    /// - Throws: why it cannot be written.
    func deliver(_ document: ResultDocument) throws {
        let bytes = try document.encoded()
        if let json, json != "-" { try ResultFile.write(bytes, to: json) }
        if let html { try ResultFile.write(Array(ReportPage.html(document).utf8), to: html) }
        guard json != "-" else { return try Console.deliver(bytes) }
        for line in ResultText.lines(document, .of(1)) { try Console.deliver((line + "\n").utf8) }
    }
}

/// The files of a result.
enum ResultFile {
    /// Finds out whether a file could be written.
    ///
    /// - Parameter path: where it is to go.
    /// - Throws: ``BenchConfigurationError`` that says why not.
    static func check(_ path: String) throws {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let place = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
        guard access(place, W_OK) == 0 else {
            throw BenchConfigurationError("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    /// Writes a file, whole or not at all.
    ///
    /// - Parameters:
    ///   - bytes: what is in it.
    ///   - path: where it goes.
    /// - Throws: ``BenchConfigurationError`` when it cannot be written.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do { try Data(bytes).write(to: URL(filePath: path), options: .atomic) } catch {
            throw BenchConfigurationError("\(path) cannot be written: \(error).")
        }
    }
}

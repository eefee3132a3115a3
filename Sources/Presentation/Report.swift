package import APIModel

/// What a command found, for people and for programs.
package struct Report: Sendable {
    private let value: JSONValue
    private let table: TextTable
    private let emptiness: String

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - value: all of it, as programs get it.
    ///   - table: the same for people.
    ///   - emptiness: the sentence for people when the table has no rows.
    package init(_ value: JSONValue, table: TextTable, emptiness: String) {
        self.value = value
        self.table = table
        self.emptiness = emptiness
    }

    /// Writes the report to standard output; that there is nothing is said on standard error.
    ///
    /// - Parameter format: for whom.
    /// - Throws: ``OutputError``, or when YAML cannot be written.
    package func print(as format: OutputFormat) throws {
        switch format {
        case .json: try Console.deliver(TerminalJSON.of(value) + [UInt8(ascii: "\n")])
        case .yaml: try Console.deliver(Array(try YAMLText.of(value).utf8))
        case .table:
            let lines = table.lines(.of(1))
            if lines.isEmpty { Console.error(line: emptiness) }
            for line in lines { try Console.deliver((line + "\n").utf8) }
        }
    }
}

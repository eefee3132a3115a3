package import Domain
internal import FoundationEssentials

/// The bodies of requests about terminals, read and checked.
package enum TerminalBody {
    /// The longest body, in bytes.
    package static let bytesMax = 64 << 10

    private struct Fields: Decodable {
        let columns: Int?
        let rows: Int?
        let term: String?
        let command: [String]?
    }

    /// Reads what a terminal is to be opened with.
    ///
    /// - Parameter bytes: the body; an empty one stands for all that is usual.
    /// - Returns: what it is opened with.
    /// - Throws: `sessionPropertiesMissing` when it is not such a body, `sessionRequestValidationFailed`.
    package static func spec(_ bytes: [UInt8]) throws(Failure) -> TerminalSpec {
        let fields = try fields(bytes.isEmpty ? Array("{}".utf8) : bytes)
        return try TerminalSpec(
            size: TerminalSize(
                columns: fields.columns ?? TerminalSize.standard.columns,
                rows: fields.rows ?? TerminalSize.standard.rows
            ),
            kind: fields.term ?? TerminalSpec.standardKind,
            arguments: fields.command ?? []
        )
    }

    /// Reads the size that a terminal is to have.
    ///
    /// - Parameter bytes: the body.
    /// - Returns: the size.
    /// - Throws: `sessionPropertiesMissing` when it is not such a body, `sessionRequestValidationFailed`.
    package static func size(_ bytes: [UInt8]) throws(Failure) -> TerminalSize {
        let fields = try fields(bytes)
        guard let columns = fields.columns, let rows = fields.rows else {
            throw Failure(.sessionPropertiesMissing, "The body has to have the members columns and rows.")
        }
        return try TerminalSize(columns: columns, rows: rows)
    }

    private static func fields(_ bytes: [UInt8]) throws(Failure) -> Fields {
        do {
            return try JSONDecoder().decode(Fields.self, from: Data(bytes))
        } catch {
            throw Failure(
                .sessionPropertiesMissing,
                "The body has to be a JSON object with the members columns, rows, term and command, all of them optional."
            )
        }
    }
}

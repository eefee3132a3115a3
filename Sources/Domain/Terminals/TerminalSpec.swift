/// The size of a terminal, in characters.
package struct TerminalSize: Hashable, Sendable {
    /// How wide it is.
    package let columns: Int
    /// How high it is.
    package let rows: Int

    /// What a terminal has whose client does not say.
    package static let standard = Self(uncheckedColumns: 80, rows: 24)

    private init(uncheckedColumns columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    /// Checks a size.
    ///
    /// - Parameters:
    ///   - columns: how wide it is.
    ///   - rows: how high it is.
    /// - Throws: `sessionRequestValidationFailed` for a side outside 1 to 1,000.
    package init(columns: Int, rows: Int) throws(Failure) {
        let range = 1...TerminalLimits.sideMax
        guard range.contains(columns), range.contains(rows) else {
            throw Failure(
                .sessionRequestValidationFailed,
                "A terminal has 1 to \(TerminalLimits.sideMax) columns and rows."
            )
        }
        self.init(uncheckedColumns: columns, rows: rows)
    }
}

/// What a terminal is opened with.
package struct TerminalSpec: Hashable, Sendable {
    /// The kind of terminal that a client has that does not say.
    package static let standardKind = "xterm-256color"
    /// What runs in a terminal whose client does not say.
    package static let loginShell = ["/bin/bash", "-l"]

    /// Its size at the beginning.
    package let size: TerminalSize
    /// The value of `TERM`.
    package let kind: String
    /// The program and its arguments.
    package let arguments: [String]

    /// Checks what a terminal is opened with.
    ///
    /// - Parameters:
    ///   - size: its size at the beginning.
    ///   - kind: the value of `TERM`.
    ///   - arguments: the program and its arguments; a login shell when there are none.
    /// - Throws: `sessionRequestValidationFailed`.
    package init(
        size: TerminalSize = .standard,
        kind: String = Self.standardKind,
        arguments: [String] = []
    ) throws(Failure) {
        guard (1...64).contains(kind.utf8.count), kind.utf8.allSatisfy(Self.isAllowedInKind) else {
            throw Self.refusal("The kind of a terminal has 1 to 64 letters, digits, '.', '_', '+' and '-'.")
        }
        let bytes = arguments.reduce(0) { $0 + $1.utf8.count + 1 }
        guard arguments.count <= TerminalLimits.argumentsMax, bytes <= TerminalLimits.argumentBytes,
            arguments.first?.isEmpty != true, !arguments.contains(where: { $0.utf8.contains(0) })
        else {
            throw Self.refusal(
                "A terminal's command has a program, at most \(TerminalLimits.argumentsMax - 1) arguments and "
                    + "\(TerminalLimits.argumentBytes) bytes, and no NUL."
            )
        }
        self.size = size
        self.kind = kind
        self.arguments = arguments.isEmpty ? Self.loginShell : arguments
    }

    private static func isAllowedInKind(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._+-".utf8.contains(byte)
    }

    private static func refusal(_ sentence: String) -> Failure {
        Failure(.sessionRequestValidationFailed, sentence)
    }
}

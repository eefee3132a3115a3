/// The name of a terminal within its session.
package struct TerminalID: Hashable, Sendable, CustomStringConvertible {
    /// The name as a number, as messages between nodes have it.
    package let number: UInt64

    /// Takes a number.
    ///
    /// - Parameter number: the name as a number.
    package init(number: UInt64) { self.number = number }

    /// Reads a name.
    ///
    /// - Parameter text: 16 hexadecimal digits.
    /// - Throws: `terminalNotFound` for anything else: a name that none can have is one that none has.
    package init(_ text: String) throws(Failure) {
        guard text.utf8.count == 16, !text.hasPrefix("+"), let number = UInt64(text, radix: 16) else {
            throw Failure(.terminalNotFound, "There is no terminal of this name.")
        }
        self.number = number
    }

    /// Draws a name for a new terminal.
    ///
    /// - Returns: a name of 64 random bits.
    package static func draw() -> Self { Self(number: UInt64.random(in: 1 ... .max)) }

    package var description: String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

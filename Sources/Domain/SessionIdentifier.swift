/// The name by which a client finds its session again.
///
/// 4 to 128 characters of printable ASCII without space and backslash: the union of the two
/// alphabets that the contract's sources give (dynamic-sessions-api.md, sections 3.4 and 9).
package struct SessionIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// The lengths that the contract allows, in characters.
    package static let lengths = 4...128

    /// The identifier as the client wrote it.
    package let text: String

    /// Checks and takes over an identifier.
    ///
    /// - Parameter text: what the client sent.
    /// - Throws: `invalidLengthOfSessionIdentifier` or `sessionRequestValidationFailed`.
    package init(_ text: String) throws(Failure) {
        guard Self.lengths.contains(text.utf8.count) else {
            throw Failure(
                .invalidLengthOfSessionIdentifier,
                "The session identifier has \(text.count) characters; give one of 4 to 128."
            )
        }
        guard text.utf8.allSatisfy(Self.isAllowed) else {
            throw Failure(
                .sessionRequestValidationFailed,
                "The session identifier holds a character that is not allowed. "
                    + "Use letters, digits and printable ASCII without space and backslash."
            )
        }
        self.text = text
    }

    package var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "\\")
    }
}

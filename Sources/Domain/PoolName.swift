/// The name of a session pool: letters, digits and hyphens, a letter first, 2 to 63 characters.
///
/// The specification's pattern has no hyphens, documentation and real pools do
/// (dynamic-sessions-api.md, section 9): they are allowed.
package struct PoolName: Hashable, Sendable, CustomStringConvertible {
    /// The name, in lower case.
    package let text: String

    /// Checks a name and brings it into lower case; pool names do not differ by case alone.
    ///
    /// - Parameter text: the name as given.
    /// - Throws: `sessionPoolInvalidName` when it does not fit the rule above.
    package init(_ text: String) throws(Failure) {
        // Checked as given: other scripts have letters that lower case turns into ASCII.
        let isWellFormed =
            (2...63).contains(text.utf8.count) && text.utf8.first.map(Self.isLetter) == true
            && text.utf8.allSatisfy(Self.isAllowed)
        guard isWellFormed else {
            throw Failure(
                .sessionPoolInvalidName,
                "A pool name has 2 to 63 letters, digits and hyphens and begins with a letter."
            )
        }
        self.text = text.lowercased()
    }

    package var description: String { text }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "-")
    }
}

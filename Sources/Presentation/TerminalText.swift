/// Makes harmless what a guest wrote, for a terminal that would obey it.
///
/// Line ends, tabs and colours pass; any other control character is shown as U+FFFD. It is fed piece by piece.
package struct TerminalText: Sendable {
    /// What a control sequence of colours may have at most, in bytes.
    private static let sequenceMax = 32
    private static let escape = UInt8(ascii: "\u{1B}")
    private static let replacement = Array("\u{FFFD}".utf8)

    /// An escape sequence that has begun.
    private var pending: [UInt8] = []
    /// Whether the last byte may be the first half of a control character beyond ASCII.
    private var isInLatin = false

    /// Begins with a text.
    package init() {}

    /// The next piece, made harmless.
    ///
    /// - Parameter bytes: what came: UTF-8, cut anywhere.
    /// - Returns: what may be shown; a sequence that is not complete comes with the next piece.
    package mutating func next(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var shown: [UInt8] = []
        for byte in bytes { take(byte, into: &shown) }
        return shown
    }

    private mutating func take(_ byte: UInt8, into shown: inout [UInt8]) {
        if isInLatin {
            isInLatin = false
            // U+0080 to U+009F are control characters, too.
            if (0x80...0x9F).contains(byte) {
                shown += Self.replacement
                return
            }
            shown.append(0xC2)
        }
        if !pending.isEmpty, continueSequence(byte, into: &shown) { return }
        switch byte {
        case Self.escape: pending = [byte]
        case 0xC2: isInLatin = true
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): shown.append(byte)
        case 0..<0x20, 0x7F: shown += Self.replacement
        default: shown.append(byte)
        }
    }

    /// Joins a byte to the escape sequence that has begun, or breaks the sequence off.
    ///
    /// - Returns: whether the byte belongs to it; what breaks it off is looked at like any other byte.
    private mutating func continueSequence(_ byte: UInt8, into shown: inout [UInt8]) -> Bool {
        if pending.count == 1, byte == UInt8(ascii: "[") {
            pending.append(byte)
            return true
        }
        let isParameter = byte == UInt8(ascii: ";") || (0x30...0x39).contains(byte)
        if pending.count > 1, isParameter, pending.count < Self.sequenceMax {
            pending.append(byte)
            return true
        }
        defer { pending = [] }
        if pending.count > 1, byte == UInt8(ascii: "m") {
            shown += pending + [byte]
            return true
        }
        // Only what begins the sequence is dangerous; the rest is brackets and numbers.
        shown += Self.replacement + pending.dropFirst()
        return false
    }
}

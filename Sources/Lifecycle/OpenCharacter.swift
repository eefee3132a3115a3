extension [UInt8] {
    /// How many bytes at the end are a valid beginning of a UTF-8 character whose rest is missing: 0 to 3.
    ///
    /// What no further byte could make valid counts as complete: nobody need wait for it.
    var openCharacterLength: Int {
        for length in 1...3 where length <= count {
            let first = self[count - length]
            // A continuation byte: the character begins further ahead.
            if (0x80..<0xc0).contains(first) { continue }
            guard let whole = Self.characterLength(beginningWith: first), length < whole else { return 0 }
            if length > 1, !Self.seconds(after: first).contains(self[count - length + 1]) { return 0 }
            return length
        }
        return 0
    }

    /// How long a character is that begins with a byte; nil when none of several bytes does.
    private static func characterLength(beginningWith byte: UInt8) -> Int? {
        switch byte {
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: nil
        }
    }

    /// Which bytes may follow the first one (the table of "well-formed UTF-8" in the Unicode standard).
    private static func seconds(after first: UInt8) -> ClosedRange<UInt8> {
        switch first {
        case 0xe0: 0xa0...0xbf
        case 0xed: 0x80...0x9f
        case 0xf0: 0x90...0xbf
        case 0xf4: 0x80...0x8f
        default: 0x80...0xbf
        }
    }
}

package import APIModel

/// JSON that a terminal shows and does not obey.
package enum TerminalJSON {
    /// Spells a value; JSON itself would let DEL and the control characters beyond ASCII through as they are.
    ///
    /// - Parameter value: the value.
    /// - Returns: JSON with no control character in it, in UTF-8.
    package static func of(_ value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        // Beyond strings JSON has neither of them, so every one may be escaped where it stands.
        for scalar in String(decoding: value.encoded, as: UTF8.self).unicodeScalars {
            if (0x7F...0x9F).contains(scalar.value) {
                bytes += (#"\u00"# + String(scalar.value, radix: 16)).utf8
            } else {
                bytes += String(scalar).utf8
            }
        }
        return bytes
    }
}

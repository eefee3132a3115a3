internal import FoundationEssentials

/// The encoding of tokens and their keys (RFC 4648, section 5, without padding).
enum Base64URL {
    /// Encodes bytes.
    ///
    /// - Parameter bytes: the bytes.
    /// - Returns: the text.
    static func encoded(_ bytes: [UInt8]) -> String {
        let text = Data(bytes).base64EncodedString().compactMap { character -> Character? in
            switch character {
            case "+": "-"
            case "/": "_"
            case "=": nil
            default: character
            }
        }
        return String(text)
    }

    /// Decodes a text strictly: each sequence of bytes has one spelling, and no other is taken.
    ///
    /// - Parameter text: the text as UTF-8.
    /// - Returns: the bytes; nil for any other character, padding, white space or left-over bits.
    static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var standard: [UInt8] = []
        standard.reserveCapacity(text.count + 3)
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: standard.append(byte)
            }
        }
        while standard.count % 4 != 0 { standard.append(UInt8(ascii: "=")) }
        guard let data = Data(base64Encoded: Data(standard)), [UInt8](data.base64EncodedData()) == standard
        else { return nil }
        return [UInt8](data)
    }
}

internal import FoundationEssentials

extension JSONValue {
    /// Reads JSON of a stranger, which costs no more memory than its own size and a bounded number of values.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - valueLimit: how many values there may be, containers and what is in them counted alike.
    /// - Returns: the value; nil when the text is not JSON, or is over a limit.
    package static func bounded(_ bytes: [UInt8], valueLimit: Int) -> JSONValue? {
        var scanner = JSONScanner(bytes, valueLimit: valueLimit)
        guard scanner.scan() != nil, !scanner.hasNonFinite else { return nil }
        return try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }
}

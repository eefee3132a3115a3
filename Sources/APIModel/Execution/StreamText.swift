/// The bytes of an output stream as text for an answer.
struct StreamText: Hashable, Sendable {
    /// The text; what was no UTF-8 stands there as U+FFFD.
    let text: String
    /// Whether something at the end was left out.
    let wasCut: Bool

    /// Makes text from bytes.
    ///
    /// - Parameters:
    ///   - bytes: what the guest wrote; any bytes.
    ///   - limit: how many bytes of UTF-8 the text may have; nil for no limit.
    init(_ bytes: [UInt8], limit: Int?) {
        guard let limit else {
            text = String(decoding: bytes, as: UTF8.self)
            wasCut = false
            return
        }
        // Repairing never shortens, so what lies further behind cannot be within the limit; three bytes
        // more keep a character whole that ends just behind it.
        let considered = limit <= bytes.count - 3 ? bytes[..<(limit + 3)] : bytes[...]
        let repaired = String(decoding: considered, as: UTF8.self)
        guard repaired.utf8.count > limit else {
            text = repaired
            wasCut = false
            return
        }
        var end = repaired.unicodeScalars.startIndex
        var size = 0
        for index in repaired.unicodeScalars.indices {
            size += UTF8.width(repaired.unicodeScalars[index])
            guard size <= limit else { break }
            end = repaired.unicodeScalars.index(after: index)
        }
        text = String(repaired[..<end])
        wasCut = true
    }
}

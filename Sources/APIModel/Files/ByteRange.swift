/// What a `Range` header asks for (RFC 9110, section 14).
package enum ByteRange: Hashable, Sendable {
    /// The whole file: there is no such header, or one that is to be ignored, as one of several ranges.
    case whole
    /// A part of the file.
    case part(Range<Int>)
    /// A part that the file does not have.
    case unsatisfiable

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - header: the header's value, if there is one.
    ///   - size: the size of the file, in bytes.
    package init(_ header: String?, size: Int) {
        guard let header, let specification = Self.specification(header) else {
            self = .whole
            return
        }
        switch specification {
        case (let first?, let last):
            guard first < size else {
                self = .unsatisfiable
                return
            }
            // A last byte before the first makes the header invalid, and invalid ones are ignored.
            if let last, last < first {
                self = .whole
            } else {
                self = .part(first..<min(size, (last ?? size - 1) + 1))
            }
        case (nil, let count?):
            self = count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (nil, nil): self = .whole
        }
    }

    /// The numbers around the hyphen; nil when it is not one range of bytes.
    private static func specification(_ header: String) -> (Int?, Int?)? {
        let halves = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].lowercased() == "bytes" else { return nil }
        let ends = halves[1].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        guard let first = number(ends[0]), let last = number(ends[1]) else { return nil }
        return (first, last)
    }

    /// A number, or none where nothing stands; nil when it is neither.
    private static func number(_ text: Substring) -> Int?? {
        guard !text.isEmpty else { return .some(nil) }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        // Beyond every file; the plus one that follows has to fit as well.
        return min(Int(text) ?? .max, .max - 1)
    }
}

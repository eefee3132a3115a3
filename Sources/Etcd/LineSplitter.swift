/// Cuts a stream of bytes into its lines.
struct LineSplitter {
    private let bytesMax: Int
    private var open: [UInt8] = []

    /// Begins with no bytes.
    ///
    /// - Parameter bytesMax: the longest line that is taken.
    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Takes the next bytes.
    ///
    /// - Parameter chunk: the bytes.
    /// - Returns: the lines that are whole with them, without their ends; empty ones are left out.
    /// - Throws: `malformedAnswer` when a line is too long.
    mutating func split(_ chunk: [UInt8]) throws(EtcdError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for part in chunk.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            if part.offset > 0 {
                if !open.isEmpty { lines.append(open) }
                open = []
            }
            open += part.element
            guard open.count <= bytesMax else {
                throw EtcdError(.malformedAnswer, "a line of more than \(bytesMax) bytes")
            }
        }
        return lines
    }
}

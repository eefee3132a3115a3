internal import Domain

/// What a terminal has shown, as much of it as is kept, each byte at its place from the beginning.
struct TerminalOutput: Sendable {
    private var bytes: [UInt8] = []
    private var beginning: UInt64 = 0

    /// The place behind the last byte.
    var end: UInt64 { beginning + UInt64(bytes.count) }

    /// Adds what was shown; the oldest goes when there is too much.
    ///
    /// - Parameter part: what was shown.
    mutating func append(_ part: [UInt8]) {
        bytes += part
        // In large steps, because each moves all that is kept.
        guard bytes.count > TerminalLimits.outputBytes + TerminalLimits.pageBytes else { return }
        let excess = bytes.count - TerminalLimits.outputBytes
        bytes.removeFirst(excess)
        beginning += UInt64(excess)
    }

    /// Reads a part.
    ///
    /// - Parameter place: where to begin; what is not kept any more is left out.
    /// - Returns: the place of the first byte, and the bytes.
    func read(from place: UInt64) -> (position: UInt64, bytes: [UInt8]) {
        let first = min(max(place, beginning), end)
        let start = Int(first - beginning)
        return (first, Array(bytes[start...].prefix(TerminalLimits.pageBytes)))
    }
}

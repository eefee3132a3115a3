internal import Dispatch
internal import Glibc

/// The lines of standard input, read by a thread that may wait for them.
enum StandardInputLines {
    /// The longest line, in bytes; a longer one ends the input.
    private static let longest = 64 << 20

    /// Reads lines until the input ends; empty ones are left out, and the last one needs no end.
    ///
    /// - Returns: the lines, without their ends.
    static func stream() -> AsyncStream<[UInt8]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        DispatchQueue(label: "standard input").async {
            var line: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while line.count <= longest {
                let count = read(0, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    if count == 0, !line.isEmpty { continuation.yield(line) }
                    break
                }
                let parts = buffer.prefix(count).split(
                    separator: UInt8(ascii: "\n"),
                    omittingEmptySubsequences: false
                )
                for part in parts.dropLast() {
                    line += part
                    if !line.isEmpty { continuation.yield(line) }
                    line = []
                }
                line += parts.last ?? []
            }
            continuation.finish()
        }
        return stream
    }
}

internal import Glibc

/// The lines of standard input, each read when it is asked for.
package actor LineInput {
    /// The longest line, in bytes; a longer one ends the input.
    private static let longest = 64 << 20

    private let watch: DescriptorWatch
    private var lines: [[UInt8]] = []
    private var open: [UInt8] = []
    private var hasEnded = false

    /// Begins with nothing read.
    ///
    /// - Throws: ``DescriptorError``.
    package init() throws { watch = try DescriptorWatch(label: "standard input") }

    /// Waits for a line; empty ones are left out, and the last one needs no end.
    ///
    /// - Returns: the line, without its end; nil at the end of the input, or when the task was cancelled.
    package func next() async -> [UInt8]? {
        while lines.isEmpty, !hasEnded { take(await part()) }
        return lines.isEmpty ? nil : lines.removeFirst()
    }

    private func part() async -> [UInt8]? {
        await watch.when(POLLIN, at: 0) {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var count = read(0, &buffer, buffer.count)
            while count < 0, errno == EINTR { count = read(0, &buffer, buffer.count) }
            return count < 0 ? nil : Array(buffer.prefix(count))
        } ?? nil
    }

    /// - Parameter part: what was read; empty at the end, nil when nothing more can be read.
    private func take(_ part: [UInt8]?) {
        guard let part, !part.isEmpty else {
            hasEnded = true
            if part != nil, !open.isEmpty { lines.append(open) }
            return
        }
        let pieces = part.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for piece in pieces.dropLast() {
            open += piece
            if !open.isEmpty { lines.append(open) }
            open = []
        }
        open += pieces.last ?? []
        if open.count > Self.longest { hasEnded = true }
    }
}

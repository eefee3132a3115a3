internal import Glibc

/// What the program says to the person, or to the pipe, that started it.
package enum Console {
    /// Whether an open file is a terminal.
    ///
    /// - Parameter descriptor: the open file, such as 1 for standard output.
    /// - Returns: whether it is.
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Writes bytes to standard output.
    ///
    /// - Parameter bytes: what to write.
    package static func output(_ bytes: some Collection<UInt8>) { write(bytes, to: 1) }

    /// Writes a line to standard output.
    ///
    /// - Parameter line: the line, without its end.
    package static func output(line: String) { write(Array((line + "\n").utf8), to: 1) }

    /// Writes bytes to standard output, all of them or none that count.
    ///
    /// - Parameter bytes: what to write.
    /// - Throws: why they could not be written: the reader has gone, the disk is full.
    package static func deliver(_ bytes: some Collection<UInt8>) throws(OutputError) {
        guard !write(bytes, to: 1) else { return }
        let number = errno
        throw OutputError(
            number: number,
            description: "Standard output cannot be written: \(String(cString: strerror(number))).",
            isReaderGone: number == EPIPE
        )
    }

    /// Writes bytes to standard error.
    ///
    /// - Parameter bytes: what to write.
    package static func error(_ bytes: some Collection<UInt8>) { write(bytes, to: 2) }

    /// Writes a line to standard error: progress, warnings, errors.
    ///
    /// - Parameter line: the line, without its end.
    package static func error(line: String) { write(Array((line + "\n").utf8), to: 2) }

    @discardableResult
    private static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(0, written))
        }
        return true
    }
}

internal import Glibc

/// What the program says to the person, or to the pipe, that started it.
package enum Console {
    /// Writes bytes to standard output.
    ///
    /// - Parameter bytes: what to write.
    package static func output(_ bytes: some Collection<UInt8>) { write(bytes, to: 1) }

    /// Writes a line to standard output.
    ///
    /// - Parameter line: the line, without its end.
    package static func output(line: String) { write(Array((line + "\n").utf8), to: 1) }

    /// Writes bytes to standard error.
    ///
    /// - Parameter bytes: what to write.
    package static func error(_ bytes: some Collection<UInt8>) { write(bytes, to: 2) }

    /// Writes a line to standard error: progress, warnings, errors.
    ///
    /// - Parameter line: the line, without its end.
    package static func error(line: String) { write(Array((line + "\n").utf8), to: 2) }

    private static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, written))
        }
    }
}

internal import Dispatch
internal import Glibc
internal import Synchronization

/// The person's own terminal: standard input and output of this program.
///
/// Reading and writing may take for ever, so each has a thread of its own.
struct LocalTerminal: Sendable {
    private let keyboard: DescriptorWatch
    private let screen = DispatchQueue(label: "cloister.screen")
    /// How the terminal was before, as long as it is not so.
    private static let before = Mutex<termios?>(nil)

    /// Takes the terminal over.
    ///
    /// Every key goes to us from now on, Ctrl-C as well, until ``restore()`` or the end of the process.
    ///
    /// - Throws: ``TerminalError`` when standard input is no terminal, ``DescriptorError``.
    init() throws {
        var modes = termios()
        guard isatty(0) == 1, tcgetattr(0, &modes) == 0 else { throw TerminalError() }
        keyboard = try DescriptorWatch(label: "cloister.keyboard")
        let isFirst = Self.before.withLock { before in
            defer { before = modes }
            return before == nil
        }
        // However the program ends, short of being killed: a terminal that stays raw is of no use to anybody.
        if isFirst { atexit { LocalTerminal.restore() } }
        cfmakeraw(&modes)
        tcsetattr(0, TCSADRAIN, &modes)
    }

    /// Makes the terminal as it was before.
    static func restore() {
        guard var modes = before.withLock({ $0.take() }) else { return }
        tcsetattr(0, TCSADRAIN, &modes)
    }

    /// Whether standard input is a terminal.
    static var isThere: Bool { isatty(0) == 1 }

    /// The size in characters; nil when the terminal does not tell.
    static var size: (columns: Int, rows: Int)? {
        var size = winsize()
        for descriptor: Int32 in [0, 1] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 {
            if size.ws_col > 0, size.ws_row > 0 { return (Int(size.ws_col), Int(size.ws_row)) }
        }
        return nil
    }

    /// Waits for keys.
    ///
    /// - Returns: the bytes of what was pressed; nil at the end of the input, or when the task is cancelled.
    func keys() async -> [UInt8]? {
        await keyboard.when(POLLIN, at: 0) {
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            let count = read(0, &buffer, buffer.count)
            return count > 0 ? Array(buffer.prefix(count)) : nil
        } ?? nil
    }

    /// Shows something, and waits until the terminal has taken it.
    ///
    /// - Parameter bytes: what to show.
    func show(_ bytes: [UInt8]) async {
        await withCheckedContinuation { continuation in
            screen.async {
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
                    guard count > 0 || errno == EINTR else { break }
                    rest = rest.dropFirst(max(0, count))
                }
                continuation.resume()
            }
        }
    }

    /// Shows a line of our own between those of the programs.
    ///
    /// - Parameter line: the line.
    func say(_ line: String) async { await show(Array("\r\ncloister: \(line)\r\n".utf8)) }
}

/// There is no terminal to work with.
struct TerminalError: Error, CustomStringConvertible {
    let description =
        "`cloister shell` needs a terminal as its standard input; for scripts there is `cloister exec`."
}

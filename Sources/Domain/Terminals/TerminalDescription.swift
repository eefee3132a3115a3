/// How a terminal ended.
package struct TerminalEnd: Hashable, Sendable {
    /// Why it ended.
    package enum Cause: Int, CaseIterable, Hashable, Sendable {
        /// Its program ended by itself.
        case exited = 1
        /// A client hung it up.
        case closed = 2
        /// Nobody had read it for too long.
        case unattended = 3
        /// It could not be opened.
        case notOpened = 4
    }

    /// Why it ended.
    package var cause: Cause
    /// The exit code as a shell tells it: 128 and the signal's number for a signal; 0 to 255.
    package var exitCode: Int

    /// Makes an end.
    ///
    /// - Parameters:
    ///   - cause: why it ended.
    ///   - exitCode: the exit code as a shell tells it.
    package init(cause: Cause, exitCode: Int) {
        self.cause = cause
        self.exitCode = exitCode
    }
}

/// What is known of a terminal.
package struct TerminalDescription: Hashable, Sendable {
    /// Its name.
    package var id: TerminalID
    /// Its size.
    package var size: TerminalSize
    /// The program and its arguments.
    package var arguments: [String]
    /// When it was opened, in milliseconds since 1970.
    package var createdMilliseconds: UInt64
    /// How much input it has taken, in bytes.
    package var inputPosition: UInt64
    /// How much output it has made, in bytes.
    package var outputPosition: UInt64
    /// How it ended; nil while it runs.
    package var end: TerminalEnd?

    /// Makes a description.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - size: its size.
    ///   - arguments: the program and its arguments.
    ///   - createdMilliseconds: when it was opened, in milliseconds since 1970.
    ///   - inputPosition: how much input it has taken, in bytes.
    ///   - outputPosition: how much output it has made, in bytes.
    ///   - end: how it ended; nil while it runs.
    package init(
        id: TerminalID,
        size: TerminalSize,
        arguments: [String],
        createdMilliseconds: UInt64,
        inputPosition: UInt64,
        outputPosition: UInt64,
        end: TerminalEnd? = nil
    ) {
        self.id = id
        self.size = size
        self.arguments = arguments
        self.createdMilliseconds = createdMilliseconds
        self.inputPosition = inputPosition
        self.outputPosition = outputPosition
        self.end = end
    }
}

/// A part of what a terminal shows.
package struct TerminalPage: Hashable, Sendable {
    /// The place of the first byte; later than was asked for when what stood there is not kept any more.
    package var position: UInt64
    /// The output.
    package var bytes: [UInt8]
    /// Whether the terminal has ended and nothing comes after this.
    package var isEnd: Bool

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - position: the place of the first byte.
    ///   - bytes: the output.
    ///   - isEnd: whether the terminal has ended and nothing comes after this.
    package init(position: UInt64, bytes: [UInt8], isEnd: Bool) {
        self.position = position
        self.bytes = bytes
        self.isEnd = isEnd
    }

    /// The place to read from next.
    package var nextPosition: UInt64 { position + UInt64(bytes.count) }
}

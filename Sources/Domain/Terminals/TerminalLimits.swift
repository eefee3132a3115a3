/// The bounds of everything that has to do with terminals (docs/terminals.md).
package enum TerminalLimits {
    /// How many terminals of a session may run at once.
    package static let perSession = 8
    /// How many terminals that have ended are still known, the newest.
    package static let endedPerSession = 8
    /// How much output of a terminal is kept, in bytes.
    package static let outputBytes = 256 << 10
    /// How much of it the guest may send ahead of its readers, in bytes; the rest is there for those who come back.
    package static let outputAhead = outputBytes / 2
    /// How much output goes into one answer of a worker, in bytes.
    package static let pageBytes = 64 << 10
    /// How much output goes into one frame of a guest, in bytes.
    package static let outputFrameBytes = 16 << 10
    /// The longest piece of input, in bytes.
    package static let inputBytes = 32 << 10
    /// How much input may wait for the program, in bytes.
    package static let inputWaiting = 64 << 10
    /// How many requests may read one terminal at once.
    package static let readers = 8
    /// How long a piece of input may wait for room before it is refused.
    package static let inputPatience: Duration = .seconds(10)
    /// How long a request that waits for nothing may take.
    package static let requestTimeout: Duration = .seconds(30)
    /// After how long without a reader a terminal is hung up.
    package static let unattended: Duration = .seconds(600)
    /// How long the program has between the hang-up and its end.
    package static let hangUpGrace: Duration = .seconds(5)
    /// The greatest number of columns or rows.
    package static let sideMax = 1_000
    /// How many arguments a command may have, with the program.
    package static let argumentsMax = 64
    /// The bytes of all arguments of a command together.
    package static let argumentBytes = 16 << 10
}

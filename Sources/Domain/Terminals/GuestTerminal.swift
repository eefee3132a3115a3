/// What the guest's agent is told about a terminal.
package enum TerminalStep: Hashable, Sendable {
    /// Open it; output may go up to a place, and the session's user may have so many processes.
    case open(TerminalSpec, outputUpTo: UInt64, processes: Int)
    /// Type this.
    case input([UInt8])
    /// Have this size.
    case resize(TerminalSize)
    /// Output may go up to this place, in bytes from the beginning.
    case credit(outputUpTo: UInt64)
    /// Hang up; what is there after the grace is killed.
    case hangUp(grace: Duration)
}

/// What the guest's agent says of a terminal.
package enum TerminalReport: Hashable, Sendable {
    /// The program printed this.
    case output([UInt8])
    /// The terminal has taken the input up to this place, in bytes from the beginning.
    case typed(upTo: UInt64)
    /// The program has ended, and all that it printed was told.
    case ended(exitCode: Int)
    /// There is no terminal: there was no room for it.
    case notOpened
}

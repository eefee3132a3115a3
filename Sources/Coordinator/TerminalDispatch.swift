package import Domain

/// What the HTTP API needs of the sessions' terminals.
package protocol TerminalDispatch: Sendable {
    /// Opens a terminal in a session, which begins with this call if the identifier has none.
    ///
    /// - Parameters:
    ///   - spec: size, kind and program.
    ///   - session: the session.
    /// - Returns: the terminal; it is hung up when nobody reads it for long.
    /// - Throws: `tooManyTerminals`, or whatever kept the session from answering.
    func openTerminal(
        _ spec: TerminalSpec,
        in session: SessionKey
    ) async throws(Failure) -> TerminalDescription

    /// Tells which terminals a session has; that is no use of it.
    ///
    /// - Parameter session: the session; it is not begun by this.
    /// - Returns: those that run and the last ones that have ended, in the order in which they were opened.
    /// - Throws: `terminalNotFound` when there is no session (any more), `sessionLost`.
    func terminals(of session: SessionKey) async throws(Failure) -> [TerminalDescription]

    /// Tells what is known of a terminal; that is no use of its session.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - session: the session; it is not begun by this.
    /// - Returns: the terminal.
    /// - Throws: `terminalNotFound`, `sessionLost`.
    func terminal(_ id: TerminalID, in session: SessionKey) async throws(Failure) -> TerminalDescription

    /// Reads what a terminal has shown; who asks for a place has what stands before it.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - session: the session; it is not begun by this.
    ///   - place: where to begin, in bytes from the beginning.
    ///   - wait: how long to wait for output that is not there yet.
    /// - Returns: a part of the output; none when the wait was in vain.
    /// - Throws: `terminalNotFound`, `tooManyRequests`, `sessionRequestValidationFailed`, `sessionLost`.
    func terminalOutput(
        of id: TerminalID,
        in session: SessionKey,
        from place: UInt64,
        wait: Duration
    ) async throws(Failure) -> TerminalPage

    /// Types into a terminal; what was taken before is not typed again.
    ///
    /// - Parameters:
    ///   - bytes: the input, at most ``TerminalLimits/inputBytes``.
    ///   - id: the terminal's name.
    ///   - session: the session; it is not begun by this.
    ///   - place: where it stands among all input, in bytes; nil for behind all the rest.
    /// - Returns: the terminal, with the place behind the input.
    /// - Throws: `terminalNotFound`, `terminalEnded`, `terminalInputGap`, `tooManyRequests`, `sessionLost`.
    func type(
        _ bytes: [UInt8],
        into id: TerminalID,
        in session: SessionKey,
        at place: UInt64?
    ) async throws(Failure) -> TerminalDescription

    /// Gives a terminal a size.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - session: the session; it is not begun by this.
    ///   - size: the size.
    /// - Returns: the terminal.
    /// - Throws: `terminalNotFound`, `terminalEnded`, `sessionLost`.
    func resizeTerminal(
        _ id: TerminalID,
        in session: SessionKey,
        to size: TerminalSize
    ) async throws(Failure) -> TerminalDescription

    /// Hangs a terminal up; one that has ended stays as it is.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - session: the session; it is not begun by this.
    /// - Throws: `terminalNotFound`, `sessionLost`.
    func closeTerminal(_ id: TerminalID, in session: SessionKey) async throws(Failure)
}

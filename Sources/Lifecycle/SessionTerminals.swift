package import Domain

/// The terminals of a session.
///
/// Their number has a bound, and none runs on that nobody reads. The time is passed in.
package struct SessionTerminals<Instant: InstantProtocol & Sendable>: Sendable
where Instant.Duration == Duration {
    /// In the order in which they were opened.
    private var terminals: [OpenTerminal<Instant>] = []
    private var lastNumber: UInt64 = 0

    /// Begins without terminals.
    package init() {}

    /// Whether somebody reads one of them.
    package var isAttended: Bool { terminals.contains { $0.readers > 0 } }

    /// When the next one is hung up because nobody reads it.
    package var nextExpiry: Instant? { terminals.lazy.compactMap { $0.expiry }.min() }

    /// What is known of all of them, in the order in which they were opened.
    package var descriptions: [TerminalDescription] { terminals.map(\.description) }

    /// Opens a terminal, or finds it again by its name.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - spec: size, kind and program.
    ///   - processes: how many processes and threads the session's user may have.
    ///   - createdMilliseconds: the time of day, in milliseconds since 1970.
    ///   - now: the present time.
    /// - Throws: `tooManyTerminals`.
    package mutating func open(
        _ id: TerminalID,
        _ spec: TerminalSpec,
        processes: Int,
        createdMilliseconds: UInt64,
        now: Instant
    ) throws(Failure) {
        guard !terminals.contains(where: { $0.id == id }) else { return }
        guard terminals.count(where: { $0.end == nil }) < TerminalLimits.perSession else {
            throw Failure(
                .tooManyTerminals,
                "The session has \(TerminalLimits.perSession) terminals already. Close one of them.",
                retryAfterSeconds: 1
            )
        }
        lastNumber += 1
        terminals.append(
            OpenTerminal(
                id,
                number: lastNumber,
                spec: spec,
                processes: processes,
                createdMilliseconds: createdMilliseconds,
                now: now
            )
        )
    }

    /// What is known of a terminal.
    ///
    /// - Parameter id: its name.
    /// - Returns: the description.
    /// - Throws: `terminalNotFound`.
    package func description(of id: TerminalID) throws(Failure) -> TerminalDescription {
        terminals[try index(of: id)].description
    }

    /// Notes that somebody begins to read a terminal.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - now: the present time.
    /// - Throws: `terminalNotFound`, `tooManyRequests`.
    package mutating func beginReading(_ id: TerminalID, now: Instant) throws(Failure) {
        try terminals[try index(of: id)].beginReading(now: now)
    }

    /// Notes that somebody has stopped to read a terminal.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - now: the present time.
    package mutating func endReading(_ id: TerminalID, now: Instant) {
        guard let index = try? index(of: id) else { return }
        terminals[index].endReading(now: now)
    }

    /// Reads what a terminal has shown; who asks for a place has what stands before it.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - place: where to begin, in bytes from the beginning.
    /// - Returns: a part of the output; nil when there is none yet.
    /// - Throws: `terminalNotFound`, `sessionRequestValidationFailed` for a place beyond the end.
    package mutating func read(_ id: TerminalID, from place: UInt64) throws(Failure) -> TerminalPage? {
        try terminals[try index(of: id)].read(from: place)
    }

    /// Takes input for a terminal.
    ///
    /// - Parameters:
    ///   - bytes: the input.
    ///   - id: the terminal's name.
    ///   - place: where it stands among all input; nil for behind all the rest.
    /// - Returns: whether there was room for it.
    /// - Throws: `terminalNotFound`, `terminalEnded`, `terminalInputGap`.
    package mutating func type(
        _ bytes: [UInt8],
        into id: TerminalID,
        at place: UInt64?
    ) throws(Failure) -> Bool {
        try terminals[try index(of: id)].type(bytes, at: place)
    }

    /// Gives a terminal a size.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - size: the size.
    /// - Throws: `terminalNotFound`, `terminalEnded`.
    package mutating func resize(_ id: TerminalID, to size: TerminalSize) throws(Failure) {
        try terminals[try index(of: id)].resize(size)
    }

    /// Hangs a terminal up; one that has ended stays as it is.
    ///
    /// - Parameter id: its name.
    /// - Throws: `terminalNotFound`.
    package mutating func close(_ id: TerminalID) throws(Failure) {
        terminals[try index(of: id)].close(.closed)
    }

    /// Hangs up the terminals that nobody has read for too long.
    ///
    /// - Parameter now: the present time.
    package mutating func hangUpUnattended(_ now: Instant) {
        for index in terminals.indices {
            if let expiry = terminals[index].expiry, expiry <= now { terminals[index].close(.unattended) }
        }
    }

    /// What the guest has to be told next.
    ///
    /// - Returns: the terminal's number for the guest, and what to tell; nil when there is nothing.
    package mutating func nextStep() -> (number: UInt64, step: TerminalStep)? {
        for index in terminals.indices {
            if let step = terminals[index].nextStep() { return (terminals[index].number, step) }
        }
        return nil
    }

    /// Takes in what the guest says; it is hostile, so what does not fit is left out.
    ///
    /// - Parameters:
    ///   - report: what it says.
    ///   - number: the terminal's number.
    package mutating func take(_ report: TerminalReport, of number: UInt64) {
        guard let index = terminals.firstIndex(where: { $0.number == number }) else { return }
        terminals[index].take(report)
        guard terminals[index].end != nil else { return }
        let ended = terminals.indices.filter { terminals[$0].end != nil && terminals[$0].readers == 0 }
        guard ended.count > TerminalLimits.endedPerSession, let oldest = ended.first else { return }
        terminals.remove(at: oldest)
    }

    private func index(of id: TerminalID) throws(Failure) -> Int {
        guard let index = terminals.firstIndex(where: { $0.id == id }) else {
            throw Failure(.terminalNotFound, "The session has no terminal \(id) (any more).")
        }
        return index
    }
}

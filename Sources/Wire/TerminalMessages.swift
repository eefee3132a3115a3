package import Domain

/// Something to do with the terminals of a session; a coordinator asks it of a worker.
package enum TerminalOrder: Hashable, Sendable {
    /// Open a terminal; the coordinator has drawn its name, so that it can be closed even when the answer is lost.
    case open(TerminalID, TerminalSpec)
    /// Tell which terminals there are.
    case list
    /// Tell what is known of a terminal.
    case look(TerminalID)
    /// Tell output from a place on; waits for some if there is none.
    case read(TerminalID, from: UInt64)
    /// Type this; what stands before the place of the input that was taken is not typed again. Without a
    /// place it comes after all the rest.
    case type(TerminalID, at: UInt64?, [UInt8])
    /// Have this size.
    case resize(TerminalID, TerminalSize)
    /// Hang up.
    case close(TerminalID)
}

/// What became of a ``TerminalOrder``.
package enum TerminalReply: Hashable, Sendable {
    /// What is known of the terminal now.
    case terminal(TerminalDescription)
    /// The session's terminals, in the order in which they were opened.
    case terminals([TerminalDescription])
    /// A part of the output.
    case page(TerminalPage)
}

/// Do something with the terminals of a session.
package struct TerminalRequest: Hashable, Sendable {
    /// The session.
    package var session: SessionLife
    /// Whether the session is made if it does not exist.
    package var mayCreate: Bool
    /// The pool of the session.
    package var pool: PoolConfiguration
    /// What to do.
    package var order: TerminalOrder
    /// How long the answer may take.
    package var wait: Duration

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - mayCreate: whether the session is made if it does not exist.
    ///   - pool: the pool of the session.
    ///   - order: what to do.
    ///   - wait: how long the answer may take.
    package init(
        session: SessionLife,
        mayCreate: Bool,
        pool: PoolConfiguration,
        order: TerminalOrder,
        wait: Duration
    ) {
        self.session = session
        self.mayCreate = mayCreate
        self.pool = pool
        self.order = order
        self.wait = wait
    }
}

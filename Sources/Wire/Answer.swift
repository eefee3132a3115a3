package import Domain

/// What a worker answers.
package enum Answer: Hashable, Sendable {
    /// It could not be done.
    case failure(Failure)
    /// A part of the worker's sessions; the offset to ask for next, nil after the last part.
    case sessions([SessionLife], nextOffset: Int?)
    /// The answer to a ping.
    case pong(Pong)
    /// Events of an execution.
    case events(EventPage)
    /// It is done; there is nothing more to say.
    case done
    /// The session is not there (any more), and nothing was done; why it ended, if that is known.
    case sessionGone(EndCause?)
    /// What became of an order about files.
    case file(FileReply)
    /// What became of an order about terminals.
    case terminal(TerminalReply)
    /// What is known of sessions; those that the worker does not have are left out.
    case descriptions([SessionDescription])
    /// What a runtime's sandboxes have installed.
    case image(ImageDescription)
    /// What people want to know of the worker.
    case worker(WorkerDescription)
    /// The end of what a guest has written to its console: UTF-8, or what it takes for that.
    case console([UInt8])
    /// A piece of a template.
    case templatePiece([UInt8])
}

/// The answer to a ping.
package struct Pong: Hashable, Sendable {
    /// The worker's epoch.
    package var epoch: WorkerEpoch
    /// How much the worker can take.
    package var capacity: WorkerCapacity
    /// How many sessions it has.
    package var sessionCount: Int
    /// Whether it takes new sessions.
    package var isAccepting: Bool
    /// The sessions that ended and were not acknowledged yet, oldest first, bounded.
    package var ended: [EndedSession]
    /// Whether a coordinator that is in touch with the shared directory calls the worker.
    package var isInTouch: Bool
    /// When the worker gave this answer, by its own clock; nil when it does not tell.
    package var sentAt: Duration?

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - epoch: the worker's epoch.
    ///   - capacity: how much the worker can take.
    ///   - sessionCount: how many sessions it has.
    ///   - isAccepting: whether it takes new sessions.
    ///   - ended: the sessions that ended and were not acknowledged yet.
    ///   - isInTouch: whether a coordinator that is in touch with the shared directory calls the worker.
    ///   - sentAt: when the worker gave this answer, by its own clock; nil when it does not tell.
    package init(
        epoch: WorkerEpoch,
        capacity: WorkerCapacity,
        sessionCount: Int,
        isAccepting: Bool,
        ended: [EndedSession],
        isInTouch: Bool = true,
        sentAt: Duration? = nil
    ) {
        self.epoch = epoch
        self.capacity = capacity
        self.sessionCount = sessionCount
        self.isAccepting = isAccepting
        self.ended = ended
        self.isInTouch = isInTouch
        self.sentAt = sentAt
    }
}

/// A session that ended at the worker.
package struct EndedSession: Hashable, Sendable {
    /// Counts the ended sessions of this life of the worker, from 1.
    package var number: UInt64
    /// The session.
    package var session: SessionLife
    /// Why it ended.
    package var cause: EndCause

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - number: counts the ended sessions of this life of the worker, from 1.
    ///   - session: the session.
    ///   - cause: why it ended.
    package init(number: UInt64, session: SessionLife, cause: EndCause) {
        self.number = number
        self.session = session
        self.cause = cause
    }
}

/// One thing that an execution produced, in the order in which it did.
package enum ExecutionEvent: Hashable, Sendable {
    /// Bytes of standard output; a chunk may end inside a character.
    case standardOutput([UInt8])
    /// Bytes of standard error; a chunk may end inside a character.
    case standardError([UInt8])
    /// The value of the last expression.
    case value(ResultValue)
    /// A picture, such as a figure of matplotlib.
    case image(ResultImage)
    /// The end: nothing comes after it.
    case ended(Outcome)

    /// What the event costs in memory and on the wire, in bytes, to the nearest useful accuracy.
    package var byteCount: Int {
        switch self {
        case .standardOutput(let bytes), .standardError(let bytes): bytes.count
        case .value(let value): value.text.utf8.count + (value.json?.utf8.count ?? 0)
        case .image(let image): image.bytes.count
        case .ended(let outcome): outcome.errorName.utf8.count + outcome.errorMessage.utf8.count + 64
        }
    }
}

/// An event with its place in the execution's journal.
package struct SequencedEvent: Hashable, Sendable {
    /// The place, counted from 0; numbers that are missing were dropped for want of room.
    package let sequence: UInt64
    /// What happened.
    package let event: ExecutionEvent

    /// Joins an event and its place.
    ///
    /// - Parameters:
    ///   - sequence: the place, counted from 0.
    ///   - event: what happened.
    package init(sequence: UInt64, event: ExecutionEvent) {
        self.sequence = sequence
        self.event = event
    }
}

/// The value of the last expression.
package struct ResultValue: Hashable, Sendable {
    /// The text that the runtime shows for it (Python's `repr`).
    package let text: String
    /// Its JSON when it can be written as JSON; not yet checked by a parser.
    package let json: String?

    /// Makes a value.
    ///
    /// - Parameters:
    ///   - text: the text that the runtime shows.
    ///   - json: its JSON, if it has one.
    package init(text: String, json: String?) {
        self.text = text
        self.json = json
    }
}

/// A picture that the code made.
package struct ResultImage: Hashable, Sendable {
    /// The format's name in lower case, such as `png`.
    package let format: String
    /// The encoded picture.
    package let bytes: [UInt8]

    /// Makes a picture.
    ///
    /// - Parameters:
    ///   - format: the format's name in lower case.
    ///   - bytes: the encoded picture.
    package init(format: String, bytes: [UInt8]) {
        self.format = format
        self.bytes = bytes
    }
}

/// How an execution ended.
///
/// Code that fails is an outcome, not a failure of Cloister.
package struct Outcome: Hashable, Sendable {
    /// The kinds of end.
    package enum Status: String, Hashable, Sendable, CaseIterable {
        /// The code ran to its end.
        case succeeded
        /// The code raised an error.
        case failed
        /// The code ran into its time-out and was interrupted.
        case timedOut
        /// A client cancelled it.
        case cancelled
    }

    /// The kind of end.
    package let status: Status
    /// The name of the error, such as `ZeroDivisionError`; empty on success.
    package let errorName: String
    /// The error's message; empty on success.
    package let errorMessage: String
    /// How long the code ran inside the guest.
    package let duration: Duration
    /// Whether the session's variables were lost (the runtime had to be ended to stop the code).
    package let stateWasLost: Bool
    /// Whether output, a result or images were dropped because they were over the limit.
    package let wasTruncated: Bool
    /// How the process of a command or a program ended, 128 and the signal's number for a signal; nil for
    /// code of an interpreter, and when there was no such process.
    package let exitCode: Int?

    /// Makes an outcome.
    ///
    /// - Parameters:
    ///   - status: the kind of end.
    ///   - errorName: the name of the error; empty on success.
    ///   - errorMessage: the error's message; empty on success.
    ///   - duration: how long the code ran inside the guest.
    ///   - stateWasLost: whether the session's variables were lost.
    ///   - wasTruncated: whether something was dropped because it was over the limit.
    ///   - exitCode: how the process of a command or a program ended.
    package init(
        status: Status,
        errorName: String = "",
        errorMessage: String = "",
        duration: Duration,
        stateWasLost: Bool = false,
        wasTruncated: Bool = false,
        exitCode: Int? = nil
    ) {
        self.status = status
        self.errorName = errorName
        self.errorMessage = errorMessage
        self.duration = duration
        self.stateWasLost = stateWasLost
        self.wasTruncated = wasTruncated
        self.exitCode = exitCode
    }
}

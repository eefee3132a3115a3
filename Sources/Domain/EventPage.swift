/// Events of an execution, from the place that was asked for.
package struct EventPage: Hashable, Sendable {
    /// The events, in order.
    package var events: [SequencedEvent]
    /// The place to read from next.
    package var nextSequence: UInt64
    /// Whether the execution has ended and this page holds its end.
    package var isComplete: Bool
    /// Whether the code has begun to run.
    package var hasStarted: Bool
    /// A name for this life of the session.
    package var sessionInstance: String
    /// Whether the sandbox was made for this execution.
    package var isNewSession: Bool
    /// How the client that asked for the execution wants it to be answered.
    package var form: AnswerForm
    /// How long the stages took at the worker.
    package var timings: StageTimings

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - events: the events, in order.
    ///   - nextSequence: the place to read from next.
    ///   - isComplete: whether this page holds the execution's end.
    ///   - hasStarted: whether the code has begun to run.
    ///   - sessionInstance: a name for this life of the session.
    ///   - isNewSession: whether the sandbox was made for this execution.
    ///   - form: how the client wants the execution to be answered.
    ///   - timings: how long the stages took at the worker.
    package init(
        events: [SequencedEvent],
        nextSequence: UInt64,
        isComplete: Bool,
        hasStarted: Bool = true,
        sessionInstance: String,
        isNewSession: Bool,
        form: AnswerForm = AnswerForm(),
        timings: StageTimings = StageTimings()
    ) {
        self.events = events
        self.nextSequence = nextSequence
        self.isComplete = isComplete
        self.hasStarted = hasStarted
        self.sessionInstance = sessionInstance
        self.isNewSession = isNewSession
        self.form = form
        self.timings = timings
    }
}

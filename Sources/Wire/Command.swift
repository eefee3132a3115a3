package import Domain

/// What a coordinator asks of a worker.
package struct Command: Hashable, Sendable {
    /// The epoch that the coordinator knows; a worker in another epoch refuses.
    package var epoch: WorkerEpoch
    /// What is asked.
    package var request: Request
    /// For whom it is asked; nil in what the cluster does by itself.
    package var origin: RequestOrigin?

    /// The kinds of commands.
    package enum Request: Hashable, Sendable {
        /// Tell your sessions, from a place in the list on; the first command to a worker's life, which
        /// brings its first lease.
        case hello(offset: Int, lease: Duration)
        /// Your lease lasts so long from now on; ended sessions up to this number have arrived. A coordinator that
        /// shares its directory tells its standing.
        case ping(
            lease: Duration,
            endedAcknowledged: UInt64,
            standing: CoordinatorStanding? = nil,
            since: Duration? = nil
        )
        /// Run code.
        case execute(ExecuteRequest)
        /// Tell an execution's events.
        case readEvents(ReadEventsRequest)
        /// Interrupt an execution.
        case cancel(SessionLife, ExecutionID)
        /// Who asked for an execution waits no more; interrupt it unless somebody else asked for it, too.
        case abandon(SessionLife, ExecutionID)
        /// End a session.
        case stopSession(SessionLife, EndCause)
        /// Keep so many sandboxes ready, and no others.
        case keepReady([ReadyTarget])
        /// Do something with the files of a session.
        case file(FileRequest)
        /// Do something with the terminals of a session.
        case terminal(TerminalRequest)
        /// Tell what is known of these sessions; that is no use of them.
        case describeSessions([SessionLife])
        /// Tell what a runtime's sandboxes have installed.
        case describeImage(Runtime)
        /// Tell what people want to know of you.
        case describeWorker
        /// Tell what a session's guest has written to its console; that is no use of the session.
        case readConsole(SessionLife)
        /// Send a piece of a template; workers ask this of coordinators, too, which pass it on.
        case readTemplate(TemplatePieceName)
    }

    /// Makes a command.
    ///
    /// - Parameters:
    ///   - epoch: the epoch that the coordinator knows.
    ///   - request: what is asked.
    ///   - origin: for whom it is asked.
    package init(epoch: WorkerEpoch, request: Request, origin: RequestOrigin? = nil) {
        self.epoch = epoch
        self.request = request
        self.origin = origin
    }
}

/// Run code in a session.
package struct ExecuteRequest: Hashable, Sendable {
    /// The session.
    package var session: SessionLife
    /// Whether the session is made if it does not exist.
    package var mayCreate: Bool
    /// The execution's name: asking again with the same name never runs the code again.
    package var execution: ExecutionID
    /// What to run.
    package var input: ExecutionInput
    /// How long it may run.
    package var timeout: Duration
    /// How the client wants it to be answered.
    package var form: AnswerForm
    /// The pool of the session.
    package var pool: PoolConfiguration
    /// How long the answer may wait for the execution's end.
    package var wait: Duration

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - mayCreate: whether the session is made if it does not exist.
    ///   - execution: the execution's name.
    ///   - input: what to run.
    ///   - timeout: how long it may run.
    ///   - form: how the client wants it to be answered.
    ///   - pool: the pool of the session.
    ///   - wait: how long the answer may wait for the execution's end.
    package init(
        session: SessionLife,
        mayCreate: Bool,
        execution: ExecutionID,
        input: ExecutionInput,
        timeout: Duration,
        form: AnswerForm = AnswerForm(),
        pool: PoolConfiguration,
        wait: Duration
    ) {
        self.session = session
        self.mayCreate = mayCreate
        self.execution = execution
        self.input = input
        self.timeout = timeout
        self.form = form
        self.pool = pool
        self.wait = wait
    }
}

/// Tell an execution's events.
package struct ReadEventsRequest: Hashable, Sendable {
    /// The session.
    package var session: SessionLife
    /// The execution.
    package var execution: ExecutionID
    /// The first place that is wanted.
    package var fromSequence: UInt64
    /// How long the answer may wait.
    package var wait: Duration
    /// Whether the first new event is worth an answer; otherwise the end is, or a page full.
    package var wantsFirstEvent: Bool

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - execution: the execution.
    ///   - fromSequence: the first place that is wanted.
    ///   - wait: how long the answer may wait.
    ///   - wantsFirstEvent: whether the first new event is worth an answer.
    package init(
        session: SessionLife,
        execution: ExecutionID,
        fromSequence: UInt64,
        wait: Duration,
        wantsFirstEvent: Bool = false
    ) {
        self.session = session
        self.execution = execution
        self.fromSequence = fromSequence
        self.wait = wait
        self.wantsFirstEvent = wantsFirstEvent
    }
}

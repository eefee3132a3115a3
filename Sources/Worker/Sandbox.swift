internal import Domain
internal import Lifecycle
internal import Logging
internal import MicroVM
internal import Transport
internal import Wire

/// One session: it owns its machine and runs one execution at a time, in the order of arrival.
actor Sandbox {
    /// The session that it serves.
    nonisolated let session: SessionLife
    /// The session's pool.
    nonisolated let pool: PoolConfiguration
    /// A name for this life of the session, unlike any other's.
    nonisolated let instance: String
    /// Where it stands among the sandboxes of this worker, in the order in which they were made.
    nonisolated let place: Int
    /// How long it waits for its guest.
    nonisolated let patience: GuestPatience
    /// What it measures as it goes.
    nonisolated let metrics: WorkerMetrics
    /// What is known of the executions.
    var archive = ExecutionArchive()
    /// Wakes readers and the loop that runs executions.
    var changes = ChangeSignal()
    /// Why the session ended; nil while it lives.
    private(set) var end: EndCause?
    /// When it has lived long enough.
    var clock: SessionClock<ContinuousClock.Instant>
    /// How many requests read or wait for what executions say.
    var readers = 0
    /// When each waiting execution arrived.
    var arrivals: [ExecutionID: ContinuousClock.Instant] = [:]
    /// For whom each waiting execution is, and then the one that runs.
    var origins: [ExecutionID: RequestOrigin] = [:]
    /// The executions that a client wants to end.
    var cancelled: Set<ExecutionID> = []
    /// The number of the current execution on the guest channel.
    var guestNumber: UInt64 = 0
    /// When the current execution was given to the guest.
    var runStarted = ContinuousClock.now
    /// Why the current execution was interrupted, if it was.
    var interruption: Outcome.Status?
    /// The session's machine, as long as it serves.
    private(set) var machine: (any Machine)?
    /// Pairs what the guest says of files with what it was asked.
    nonisolated let fileOrders = Correspondence<FileReply>(capacity: FileLimits.requestsPerSession)
    /// The files that are open for clients.
    var transfers = OpenTransfers<ContinuousClock.Instant>()
    /// The terminals.
    var terminals = SessionTerminals<ContinuousClock.Instant>()
    /// When it was made.
    let created = ContinuousClock.now
    /// The same as time of day, in milliseconds since 1970.
    let createdMilliseconds = WallClock.milliseconds
    /// Where it tells, for whoever looks for troubles, what goes to its guest; nowhere before it runs.
    private(set) var logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
    /// What its guest wrote to the console, as far as somebody asked.
    var console = ConsoleText()
    private var startTimings = StageTimings()
    /// The identifier's sandbox before this one, until its machine is gone.
    private var former: Sandbox?
    private var hasStarted = false
    /// Whether the session ended because it could have no machine: nothing of it has happened then.
    private(set) var hasFailedToStart = false
    private var isGone = false

    /// How long to wait for the end of the identifier's former machine.
    private static let formerTimeout: Duration = .seconds(60)

    /// Makes a sandbox without a machine.
    ///
    /// - Parameters:
    ///   - session: the session that it serves.
    ///   - pool: the session's pool.
    ///   - instance: a name for this life of the session.
    ///   - place: where it stands among the sandboxes of this worker.
    ///   - patience: how long it waits for its guest.
    ///   - metrics: what it measures as it goes.
    ///   - former: the identifier's sandbox before this one, if its machine is not gone yet.
    init(
        session: SessionLife,
        pool: PoolConfiguration,
        instance: String,
        place: Int,
        patience: GuestPatience,
        metrics: WorkerMetrics,
        former: Sandbox?
    ) {
        self.session = session
        self.pool = pool
        self.instance = instance
        self.place = place
        self.patience = patience
        self.metrics = metrics
        self.former = former
        clock = SessionClock(lifecycle: pool.lifecycle, now: created)
    }

    /// Starts the machine and serves until the session ends.
    ///
    /// - Parameters:
    ///   - hypervisor: where machines come from.
    ///   - logger: where it tells what goes to its guest.
    /// - Returns: why the session ended, and the error if its machine could not be had.
    func run(
        on hypervisor: any Hypervisor,
        logger: Logger
    ) async -> (cause: EndCause, error: (any Error)?) {
        self.logger = logger
        guard await formerIsGone() else { return (end ?? .startFailed, nil) }
        do {
            try await serve(on: hypervisor)
            // Left without an end only when the worker itself goes down.
            finish(.drained)
            return (end ?? .drained, nil)
        } catch {
            // The start of a session that was ended meanwhile is given up: that is no trouble.
            if let end { return (end, hasStarted ? error : nil) }
            hasFailedToStart = !hasStarted && !Task.isCancelled
            finish(Task.isCancelled ? .drained : .startFailed)
            return (end ?? .startFailed, error)
        }
    }

    /// What came first while a machine was made and used.
    private enum Step: Sendable {
        case machineIsGone
        case started
        case endedBeforeStart
    }

    private func serve(on hypervisor: any Hypervisor) async throws {
        try await withThrowingTaskGroup(of: Step.self) { group in
            group.addTask { [pool] in
                // At once when the template is there, which is the rule: workers make theirs before they serve.
                try await hypervisor.prepare(pool) { _ in }
                try await hypervisor.withMachine(for: pool) { machine in
                    self.metrics.cloned(for: self.pool.name, ahead: false)
                    await self.serve(machine, timings: machine.timings)
                }
                return .machineIsGone
            }
            group.addTask { await self.startOrEnd() }
            // A start takes its time; who has ended does not wait for it.
            while let step = try await group.next() {
                if step != .started { group.cancelAll() }
            }
        }
    }

    private func startOrEnd() async -> Step {
        while !hasStarted, end == nil, !Task.isCancelled { await waitForChange(until: .now + .seconds(60)) }
        return hasStarted ? .started : .endedBeforeStart
    }

    /// Waits until the identifier's former machine is gone, so that there are never two.
    ///
    /// - Returns: whether the session can begin.
    private func formerIsGone() async -> Bool {
        guard let former else { return true }
        let isGone = await former.waitUntilGone(by: .now + Self.formerTimeout)
        self.former = nil
        if !isGone { finish(Task.isCancelled ? .drained : .startFailed) }
        return isGone
    }

    /// Notes that there is no machine any more.
    func machineIsGone() {
        isGone = true
        changes.notify()
    }

    /// Waits until there is no machine any more.
    ///
    /// - Parameter deadline: when to give up.
    /// - Returns: whether it is gone.
    func waitUntilGone(by deadline: ContinuousClock.Instant) async -> Bool {
        while !isGone, ContinuousClock.now < deadline, !Task.isCancelled {
            await waitForChange(until: deadline)
        }
        return isGone
    }

    /// Ends the session, once; whoever waits for something is told.
    ///
    /// - Parameter cause: why.
    func finish(_ cause: EndCause) {
        guard end == nil else { return }
        end = cause
        metrics.executionsLost((archive.current == nil ? 0 : 1) + arrivals.count, in: pool.name)
        changes.notify()
    }

    /// Serves on a machine that was ready before the session began.
    ///
    /// - Parameters:
    ///   - machine: the machine.
    ///   - logger: where it tells what goes to its guest.
    /// - Returns: why the session ended.
    func serve(onReady machine: any Machine, logger: Logger) async -> EndCause {
        self.logger = logger
        guard await formerIsGone() else { return end ?? .startFailed }
        await serve(machine, timings: StageTimings())
        finish(.drained)
        return end ?? .drained
    }

    private func serve(_ machine: any Machine, timings: StageTimings) async {
        logger.debug(
            "session begins",
            metadata: ["identifier": "\(session.key.identifier)", "instance": "\(instance)"]
        )
        hasStarted = true
        self.machine = machine
        defer { self.machine = nil }
        changes.notify()
        startTimings = timings
        startTimings[.allocate] = created.duration(to: .now)
        touch()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await frame in machine.frames { await self.take(frame) }
                // The frames end with the machine, or because the worker itself goes down.
                await self.machineFell(machine)
            }
            group.addTask { await self.runExecutions(on: machine) }
            group.addTask { await self.runTerminals(on: machine) }
            group.addTask { await self.watchTransfers() }
            group.addTask { await self.watchClock() }
            await group.next()
            group.cancelAll()
        }
        // What it wrote last, for whoever asks after its end.
        if !Task.isCancelled { keepConsole(await machine.takeConsole()) }
        // Before the orders end, so that none comes after.
        self.machine = nil
        await endFileOrders()
    }

    /// The stages of making the machine, for the execution that the machine was made for.
    ///
    /// - Parameter entry: the execution.
    /// - Returns: its own stages, with those of the start where they belong to it.
    func timings(of entry: ExecutionArchive.Entry) -> StageTimings {
        var timings = entry.beganSession ? startTimings : StageTimings()
        timings.merge(entry.timings)
        return timings
    }

    /// Waits for the next change of state.
    ///
    /// - Parameters:
    ///   - parts: what of the state is of interest; that the session ends always is.
    ///   - deadline: when to give up.
    func waitForChange(
        of parts: ChangeSignal.Parts = .all,
        until deadline: ContinuousClock.Instant
    ) async {
        let subscription = changes.subscribe(to: parts)
        await subscription.wait(until: deadline)
        changes.unsubscribe(subscription)
    }

    /// What somebody is told who waits for an execution that will not end any more.
    ///
    /// - Parameter cause: why the session ended.
    /// - Returns: the failure.
    func failure(for cause: EndCause) -> Failure {
        switch cause {
        case .startFailed:
            Failure(
                .sandboxFailed,
                "The sandbox could not be started; nothing was run. Try again.",
                retryAfterSeconds: 1
            )
        case .stopped, .cooldown, .maxAlive:
            Failure(.noSessionFound, "The session has ended (\(cause)) before the code did.")
        case .workerLost, .drained:
            Failure(.sessionLost, "The session was lost with its worker (\(cause)); nothing is run twice.")
        case .outOfMemory:
            Failure(
                .sandboxFailed,
                "The session's machine ran out of memory and ended, with all variables and files; the code "
                    + "is not run again. The next request begins a new session."
            )
        default:
            Failure(
                .sandboxFailed,
                "The sandbox ended while the code ran (\(cause)); it is not run again. "
                    + "The next request begins a new session."
            )
        }
    }
}

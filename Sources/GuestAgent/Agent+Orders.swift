internal import Domain
internal import Glibc
internal import Wire

/// What the worker orders.
extension Agent {
    /// How long an interpreter may take to start, in microseconds; a busy host without KVM takes half of it.
    private static let longestStart: UInt64 = 60_000_000

    /// Carries out a frame of the worker.
    ///
    /// - Parameter frame: what the worker said.
    func perform(_ frame: HostFrame) {
        do throws(GuestError) {
            switch frame {
            case .warmUp(let kind): try warmUp(kind)
            case .prepare(let preparation): try prepare(preparation)
            case .run(let order): try run(order)
            case .interrupt(let execution, let grace): interrupt(execution, grace: grace)
            case .file(let number, let order): perform(order, number: number)
            case .terminal(let number, let step): perform(step, number: number)
            }
        } catch {
            port.send(.trouble(error.description))
        }
    }

    private func prepare(_ preparation: Preparation) throws(GuestError) {
        try reseeding.apply(preparation)
        guard interpreters.values.allSatisfy(\.isReady) else {
            throw GuestError(
                "A runtime was being started in the template; it may hold what its twins hold."
            )
        }
        // A runtime that starts from now on draws its randomness from the reseeded kernel.
        guard !interpreters.isEmpty else { return port.send(.prepared) }
        for runtime in interpreters.values {
            runtime.awaited = .reseed
            runtime.send(.reseed)
        }
    }

    private func run(_ order: RunOrder) throws(GuestError) {
        guard running == nil, queued == nil else {
            throw GuestError("An execution is running already.")
        }
        if order.processes > 0, order.processes != processes {
            processes = order.processes
            for runtime in interpreters.values { try runtime.limitProcesses(to: processes) }
        }
        do throws(GuestError) {
            try start(order)
        } catch {
            // Want of memory, mostly, for which the code is to blame: it costs the execution and not the session.
            let outcome = Outcome(
                status: .failed,
                errorName: "RuntimeEnded",
                errorMessage: "The code could not be started: \(error.description)",
                duration: .zero,
                stateWasLost: takeStateWasLost()
            )
            port.send(.event(execution: order.execution, .ended(outcome)))
        }
    }

    private func start(_ order: RunOrder) throws(GuestError) {
        if let arguments = ProgramProcess.arguments(for: order.input.source) {
            return try startProgram(arguments, for: order)
        }
        guard case .code(_, let kind) = order.input.source else { return }
        if order.input.inEmptyRuntime {
            emptyRuntime = try RuntimeProcess(kind, processes: processes)
        } else if interpreters[kind] == nil {
            try startInterpreter(kind)
        }
        queued = order
        startQueued()
    }

    /// The interpreter that the waiting code is for.
    var queuedInterpreter: RuntimeProcess? {
        guard let input = queued?.input, case .code(_, let kind) = input.source else { return nil }
        return input.inEmptyRuntime ? emptyRuntime : interpreters[kind]
    }

    /// Gives the waiting code to its interpreter if that takes commands.
    func startQueued() {
        guard let order = queued, let runtime = queuedInterpreter, runtime.isReady,
            Monotonic.now >= runtime.settledAt
        else { return }
        queued = nil
        begin(order, with: .interpreter(runtime))
        runtime.send(.execute(order.input.text))
    }

    /// Notes that an execution begins.
    ///
    /// - Parameters:
    ///   - order: what the worker ordered.
    ///   - runner: what carries it out.
    func begin(_ order: RunOrder, with runner: Runner) {
        running = RunningExecution(order: order, now: Monotonic.now)
        self.runner = runner
    }

    /// Ends an interpreter that has been starting for too long; the next execution starts another.
    ///
    /// What the code has left in its files may keep it from ever being ready.
    private func endStuckStart(of order: RunOrder) {
        guard case .code(_, let kind) = order.input.source, let runtime = interpreters[kind],
            !runtime.isReady, Monotonic.now - runtime.startedAt > Self.longestStart
        else { return }
        runtime.signalGroup(SIGKILL)
    }

    private func interrupt(_ execution: UInt64, grace: Duration) {
        if let order = queued, order.execution == execution {
            queued = nil
            endEmptyRuntime()
            endStuckStart(of: order)
            let outcome = Outcome(
                status: .cancelled,
                errorName: "KeyboardInterrupt",
                duration: .zero,
                stateWasLost: takeStateWasLost()
            )
            return port.send(.event(execution: execution, .ended(outcome)))
        }
        guard let running, running.order.execution == execution, running.killAt == nil else { return }
        let (seconds, attoseconds) = grace.components
        let microseconds =
            UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
        self.running?.killAt = Monotonic.now + microseconds
        interruptRunner()
    }

    /// Whether variables were lost since it was last asked.
    ///
    /// - Returns: whether they were.
    func takeStateWasLost() -> Bool {
        defer { stateWasLost = false }
        return stateWasLost
    }
}

internal import Domain
internal import Glibc
internal import Wire

/// What the worker orders.
extension Agent {
    /// Carries out a frame of the worker.
    ///
    /// - Parameter frame: what the worker said.
    func perform(_ frame: HostFrame) {
        do throws(GuestError) {
            switch frame {
            case .warmUp: try warmUp()
            case .prepare(let preparation): try prepare(preparation)
            case .run(let order): try run(order)
            case .interrupt(let execution, let grace): interrupt(execution, grace: grace)
            case .file(let number, let order): perform(order, number: number)
            }
        } catch {
            port.send(.trouble(error.description))
        }
    }

    private func warmUp() throws(GuestError) {
        guard let runtime, isRuntimeReady else {
            wantsWarmUp = true
            if runtime == nil { try startRuntime() }
            return
        }
        awaited = .warmUp
        runtime.send(.warmUp)
    }

    private func prepare(_ preparation: Preparation) throws(GuestError) {
        try reseeding.apply(preparation)
        guard let runtime else {
            // A runtime that starts from now on draws its randomness from the reseeded kernel.
            return port.send(.prepared)
        }
        guard isRuntimeReady else {
            throw GuestError(
                "The runtime was being started in the template; it may hold what its twins hold."
            )
        }
        awaited = .reseed
        runtime.send(.reseed)
    }

    private func run(_ order: RunOrder) throws(GuestError) {
        guard running == nil, queued == nil else {
            throw GuestError("An execution is running already.")
        }
        if order.processes > 0, order.processes != processes {
            processes = order.processes
            try runtime?.limitProcesses(to: processes)
        }
        queued = order
        if runtime == nil { try startRuntime() }
        startQueued()
    }

    /// Gives the waiting code to the runtime if that takes commands.
    func startQueued() {
        guard let order = queued, let runtime, isRuntimeReady else { return }
        queued = nil
        outOfMemoryKills = Self.kernelOutOfMemoryKills()
        running = RunningExecution(order: order, now: Monotonic.now)
        runtime.send(.execute(order.input.text))
    }

    private func interrupt(_ execution: UInt64, grace: Duration) {
        if let order = queued, order.execution == execution {
            queued = nil
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
        interruptRuntime()
    }

    /// Whether variables were lost since it was last asked.
    ///
    /// - Returns: whether they were.
    func takeStateWasLost() -> Bool {
        defer { stateWasLost = false }
        return stateWasLost
    }
}

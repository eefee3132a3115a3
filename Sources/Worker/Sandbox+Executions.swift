internal import Domain
internal import Lifecycle
internal import Logging
internal import MicroVM
internal import Telemetry
internal import Wire

/// The loop that runs executions, and what the guest says of them.
extension Sandbox {
    /// How long the loop sleeps when nothing wakes it.
    private static let longestSleep: Duration = .seconds(3_600)

    /// Runs what waits, one after the other, until the session ends.
    ///
    /// - Parameter machine: the session's machine.
    func runExecutions(on machine: any Machine) async {
        while end == nil, !Task.isCancelled {
            if let spec = archive.startNext() {
                await RequestOrigin.$current.withValue(origins[spec.id]) { await run(spec, on: machine) }
                origins[spec.id] = nil
                touch()
            } else {
                await waitForChange(of: .executions, until: .now + Self.longestSleep)
            }
        }
    }

    private func run(_ spec: ExecutionSpec, on machine: any Machine) async {
        let started = ContinuousClock.now
        var timings = StageTimings()
        timings[.queue] = arrivals.removeValue(forKey: spec.id)?.duration(to: started)
        archive.record(timings, for: spec.id)
        runStarted = started
        guestNumber += 1
        interruption = nil
        let order = RunOrder(
            execution: guestNumber,
            input: spec.input,
            outputBytes: pool.limits.outputBytes,
            resultBytes: pool.limits.resultBytes,
            images: pool.limits.images,
            processes: pool.processes
        )
        // Before it goes: a worker that is killed right behind it has told.
        logger.debug(
            "an execution goes to the guest",
            metadata: ["instance": "\(instance)", "execution": "\(spec.id)"]
        )
        guard await send(.run(order), to: machine) else { return }
        var deadline = started + spec.timeout
        while end == nil, !Task.isCancelled, archive[spec.id]?.journal.isComplete == false {
            let isOverdue = ContinuousClock.now >= deadline
            if interruption == nil, isOverdue || cancelled.contains(spec.id) {
                interruption = isOverdue ? .timedOut : .cancelled
                deadline = .now + patience.grace + patience.reportMargin
                guard await send(.interrupt(execution: guestNumber, grace: patience.grace), to: machine)
                else {
                    return
                }
            } else if isOverdue {
                return finish(.guestUnresponsive)
            } else {
                await waitForChange(of: .executions, until: deadline)
            }
        }
        cancelled.remove(spec.id)
        guard archive[spec.id]?.journal.isComplete == true else { return }
        archive.finishCurrent()
    }

    /// Tells the guest something.
    ///
    /// - Parameters:
    ///   - frame: what to tell.
    ///   - machine: the session's machine.
    /// - Returns: whether it was told; otherwise the session has ended.
    func send(_ frame: HostFrame, to machine: any Machine) async -> Bool {
        do {
            try await machine.send(frame, deadline: .now + patience.orderTimeout)
            return true
        } catch  where error.code == .deadlineExceeded || error.code == .guestBacklog {
            finish(.guestUnresponsive)
        } catch {
            await machineFell(machine)
        }
        return false
    }

    /// Takes in what the guest says; it is hostile, so what does not fit is left out.
    ///
    /// - Parameter frame: a frame that was well formed.
    func receive(_ frame: GuestFrame) {
        switch frame {
        case .event(let number, let event):
            guard number == guestNumber, let current = archive.current else { return }
            if case .ended(let outcome) = event {
                // Before the end itself: a reader who sees the end must see its timings.
                var timings = StageTimings()
                timings[.run] = runStarted.duration(to: .now)
                timings[.guest] = outcome.duration
                archive.record(timings, for: current)
                let judged = judged(outcome, of: archive[current]?.spec)
                archive.append(.ended(judged))
                if let entry = archive[current] {
                    let timings = self.timings(of: entry)
                    metrics.executionEnded(judged.status, in: pool.name, timings)
                    metrics.record(spans(of: current, timings))
                }
                changes.notify([.executions, .events, .pages])
            } else {
                archive.append(event)
                let isPage = archive.has(Self.pageFull, of: current, from: 0) == true
                changes.notify(isPage ? [.events, .pages] : .events)
            }
        case .trouble:
            // The agent could not carry out an order; what state the guest is in, nobody knows.
            finish(.guestCrashed)
        case .terminal(let number, let report):
            terminals.take(report, of: number)
            changes.notify(.terminals)
        case .ready, .warmed, .prepared, .file:
            break
        }
    }

    private func spans(of execution: ExecutionID, _ timings: StageTimings) -> ExecutionSpans? {
        origins[execution].map { origin in
            ExecutionSpans(
                origin: origin,
                execution: execution,
                pool: pool.name,
                timings: timings,
                runStarted: runStarted,
                ended: .now
            )
        }
    }

    /// The outcome as the client sees it: the guest cannot tell a time-out from a cancellation.
    private func judged(_ outcome: Outcome, of spec: ExecutionSpec?) -> Outcome {
        guard let interruption, outcome.status != .succeeded else { return outcome }
        // Of a command that was ended the contract tells the time-out itself (dynamic-sessions-api.md, section 3.3).
        let isCut = interruption == .timedOut && spec?.input.isCommand == true
        return Outcome(
            status: interruption,
            errorName: interruption == .timedOut ? "TimeoutError" : "Cancelled",
            errorMessage: interruption == .timedOut
                ? "Request timed out waiting for code execution to complete" : "The execution was cancelled.",
            duration: isCut ? spec?.timeout ?? outcome.duration : outcome.duration,
            stateWasLost: outcome.stateWasLost,
            wasTruncated: outcome.wasTruncated,
            // A process that was ended for its time-out did not end by itself.
            exitCode: interruption == .timedOut ? nil : outcome.exitCode
        )
    }
}

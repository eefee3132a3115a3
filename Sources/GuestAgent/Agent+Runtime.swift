internal import Domain
internal import Glibc
internal import Wire

/// What interpreters say, and their end.
extension Agent {
    /// How much of an error's name is told, in bytes.
    private static let errorNameBytes = 256
    /// How much of an error's message is told, in bytes; a traceback stands in standard error.
    private static let errorMessageBytes = 64 << 10

    /// Carries out the runtime's replies that have arrived.
    ///
    /// - Parameter runtime: the process that sent them.
    func takeReplies(of runtime: RuntimeProcess) {
        do throws(GuestError) {
            while let reply = try runtime.replyReader.next() { take(reply, of: runtime) }
        } catch {
            // The user's code has written into the runtime's pipe; only a new runtime can be trusted.
            runtime.signalGroup(SIGKILL)
        }
    }

    private func take(_ reply: RuntimeReply, of runtime: RuntimeProcess) {
        switch reply {
        case .ready:
            runtime.isReady = true
            if runtime.wantsWarmUp { warm(runtime) }
            return startQueued()
        case .acknowledged: return acknowledge(runtime)
        default: break
        }
        // The code may write replies itself, at any time; they count while an execution is its own.
        guard runner?.isInterpreter(runtime) == true else { return }
        switch reply {
        case .valueText(let bytes): running?.setValueText(bytes)
        case .valueJSON(let bytes): running?.setValueJSON(bytes)
        case .valueWasCut: running?.noteTruncation()
        case .image(let bytes):
            guard let execution = running?.order.execution, running?.admitsImage(bytes) == true else {
                return
            }
            port.send(.event(execution: execution, .image(ResultImage(format: "png", bytes: bytes))))
        case .done(let status, let name, let message):
            drainOutput(of: runtime.pipes)
            finish(
                status: status == 0 ? .succeeded : .failed,
                errorName: RunningExecution.text(of: name, most: Self.errorNameBytes).text,
                errorMessage: RunningExecution.text(of: message, most: Self.errorMessageBytes).text
            )
        case .ready, .acknowledged: break
        }
    }

    private func acknowledge(_ runtime: RuntimeProcess) {
        let awaited = runtime.awaited
        runtime.awaited = nil
        switch awaited {
        case .warmUp: finishWarmUp()
        case .reseed: if interpreters.values.allSatisfy({ $0.awaited == nil }) { port.send(.prepared) }
        case nil: break
        }
    }

    /// Tells the worker that what ran has ended.
    ///
    /// - Parameters:
    ///   - status: how it ended.
    ///   - errorName: the error's name; empty without one.
    ///   - errorMessage: its message.
    ///   - exitCode: how the process of a command or a program ended.
    func finish(
        status: Outcome.Status,
        errorName: String = "",
        errorMessage: String = "",
        exitCode: Int? = nil
    ) {
        guard let ended = running else { return }
        running = nil
        runner = nil
        endEmptyRuntime()
        if let value = ended.value {
            port.send(.event(execution: ended.order.execution, .value(value)))
        }
        let outcome = Outcome(
            status: status != .succeeded && ended.killAt != nil ? .cancelled : status,
            errorName: errorName,
            errorMessage: errorMessage,
            duration: .microseconds(Int64(Monotonic.now - ended.startedAt)),
            stateWasLost: takeStateWasLost(),
            wasTruncated: ended.wasTruncated,
            exitCode: exitCode
        )
        port.send(.event(execution: ended.order.execution, .ended(outcome)))
        port.flush()
        // For the next one: here nobody waits for it.
        outOfMemoryKills.note()
    }

    /// Collects all children that have ended; as PID 1 the agent inherits every orphan.
    func reapChildren() {
        var status: Int32 = 0
        while true {
            let process = waitpid(-1, &status, WNOHANG)
            guard process > 0 else { return }
            if case .program(let program)? = runner, process == program.identifier {
                programEnded(program, status: status)
            } else if process == shellWarmUp?.program.identifier {
                continueShellWarmUp()
            } else if let empty = emptyRuntime, process == empty.identifier {
                emptyRuntime = nil
                endExecution(of: empty, wasKilled: Self.wasKilled(status), isStateLost: false)
            } else if let runtime = interpreters.values.first(where: { $0.identifier == process }) {
                interpreterEnded(runtime, wasKilled: Self.wasKilled(status))
            } else if let terminal = terminals.values.first(where: {
                // One that has ended gave its number back.
                $0.exitCode == nil && $0.process == process
            }) {
                terminal.programEnded(status: status)
            }
        }
    }

    /// Starts an interpreter that keeps the session's state.
    ///
    /// - Parameter kind: what it interprets.
    /// - Throws: an error when the process cannot be started.
    func startInterpreter(_ kind: Runtime) throws(GuestError) {
        interpreters[kind] = try RuntimeProcess(kind, processes: processes)
    }

    /// Ends the interpreter that was there for one execution, with all that it started in its group.
    func endEmptyRuntime() {
        guard let runtime = emptyRuntime else { return }
        emptyRuntime = nil
        runtime.signalGroup(SIGKILL)
        leftovers.keep(runtime.pipes)
    }

    /// Whether a process ended by SIGKILL, as those do that the kernel ends for want of memory.
    private static func wasKilled(_ status: Int32) -> Bool { status & 0x7f == SIGKILL }

    private func interpreterEnded(_ ended: RuntimeProcess, wasKilled: Bool) {
        endExecution(of: ended, wasKilled: wasKilled, isStateLost: ended.isReady)
        // One that was of use is replaced at once, so that the next call need not wait for the start;
        // one that died while it started is not, or it might go on so for ever.
        guard ended.isReady else { return }
        // If there is no memory for it at this moment, the next call starts it.
        try? startInterpreter(ended.kind)
    }

    private func endExecution(of ended: RuntimeProcess, wasKilled: Bool, isStateLost: Bool) {
        let wasRunner = runner?.isInterpreter(ended) == true
        let wasAwaited = queuedInterpreter === ended
        if interpreters[ended.kind] === ended { interpreters[ended.kind] = nil }
        drainOutput(of: ended.pipes)
        leftovers.keep(ended.pipes)
        stateWasLost = stateWasLost || isStateLost
        if wasRunner {
            let ranOutOfMemory = wasKilled && outOfMemoryKills.haveGrown
            let loss =
                isStateLost
                ? "the session's variables were lost, its files are still there."
                : "the session's variables and files are still there."
            finish(
                status: .failed,
                errorName: ranOutOfMemory ? "OutOfMemory" : "RuntimeEnded",
                errorMessage: ranOutOfMemory
                    ? "The session ran out of memory; \(loss)"
                    : "The process that ran the code has ended; \(loss)"
            )
        } else if wasAwaited, let order = queued {
            queued = nil
            let outcome = Outcome(
                status: .failed,
                errorName: "RuntimeEnded",
                errorMessage: "The runtime could not be started.",
                duration: .zero,
                stateWasLost: takeStateWasLost()
            )
            port.send(.event(execution: order.execution, .ended(outcome)))
        }
    }
}

internal import Domain
internal import Glibc
internal import Wire

/// What the runtime says, and its end.
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
            isRuntimeReady = true
            if wantsWarmUp {
                wantsWarmUp = false
                awaited = .warmUp
                runtime.send(.warmUp)
            } else {
                startQueued()
            }
        case .acknowledged:
            switch awaited {
            case .warmUp: port.send(.warmed)
            case .reseed: port.send(.prepared)
            case nil: break
            }
            awaited = nil
        case .valueText(let bytes): running?.setValueText(bytes)
        case .valueJSON(let bytes): running?.setValueJSON(bytes)
        case .image(let bytes):
            guard let execution = running?.order.execution, running?.admitsImage(bytes) == true else {
                return
            }
            port.send(.event(execution: execution, .image(ResultImage(format: "png", bytes: bytes))))
        case .done(let status, let name, let message):
            drainOutput(of: runtime)
            finish(
                status: status == 0 ? .succeeded : .failed,
                errorName: RunningExecution.text(of: name, most: Self.errorNameBytes).text,
                errorMessage: RunningExecution.text(of: message, most: Self.errorMessageBytes).text
            )
        }
    }

    /// Tells the worker that the running code has ended.
    private func finish(status: Outcome.Status, errorName: String, errorMessage: String) {
        guard let ended = running else { return }
        running = nil
        if let value = ended.value {
            port.send(.event(execution: ended.order.execution, .value(value)))
        }
        let outcome = Outcome(
            status: status != .succeeded && ended.killAt != nil ? .cancelled : status,
            errorName: errorName,
            errorMessage: errorMessage,
            duration: .microseconds(Int64(Monotonic.now - ended.startedAt)),
            stateWasLost: takeStateWasLost(),
            wasTruncated: ended.wasTruncated
        )
        port.send(.event(execution: ended.order.execution, .ended(outcome)))
    }

    /// Collects all children that have ended; as PID 1 the agent inherits every orphan.
    func reapChildren() {
        var status: Int32 = 0
        while true {
            let process = waitpid(-1, &status, WNOHANG)
            guard process > 0 else { return }
            if let runtime, process == runtime.identifier { runtimeEnded(runtime) }
        }
    }

    private func runtimeEnded(_ ended: RuntimeProcess) {
        let wasReady = isRuntimeReady
        drainOutput(of: ended)
        runtime = nil
        isRuntimeReady = false
        awaited = nil
        stateWasLost = wasReady
        if running != nil {
            let ranOutOfMemory = Self.kernelOutOfMemoryKills() > outOfMemoryKills
            finish(
                status: .failed,
                errorName: ranOutOfMemory ? "OutOfMemory" : "RuntimeEnded",
                errorMessage: ranOutOfMemory
                    ? "The session ran out of memory and its variables were lost; its files are still there."
                    : "The process that ran the code has ended; the session's variables were lost, its files "
                        + "are still there."
            )
        } else if let order = queued {
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
        // One that was of use is replaced at once, so that the next call need not wait for the start;
        // one that died while it started is not, or it might go on so for ever.
        guard wasReady else { return }
        do throws(GuestError) { try startRuntime() } catch { port.send(.trouble(error.description)) }
    }

    /// The kernel's count of processes that it killed for want of memory.
    ///
    /// - Returns: the count since the boot; 0 when it cannot be read.
    static func kernelOutOfMemoryKills() -> UInt64 {
        guard let file = try? Descriptor(opening: "/proc/vmstat", O_RDONLY) else { return 0 }
        var content: [UInt8] = []
        while let bytes = file.read(atMost: 1 << 14), !bytes.isEmpty { content += bytes }
        for line in String(decoding: content, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return UInt64(words[1]) ?? 0 }
        }
        return 0
    }
}

internal import NIOCore

extension QEMUProcess {
    /// Reads QEMU's events until it is gone.
    ///
    /// - Parameters:
    ///   - loaded: fulfilled when a state has been loaded, failed when it could not be.
    ///   - fall: fulfilled with the guest's last words when it ended by itself; the machine is killed.
    func watch(loaded: EventLoopPromise<Void>, fall: EventLoopPromise<String>) async {
        while let event = try? await monitor.nextEvent(by: nil) {
            switch event.name {
            case "MIGRATION":
                switch event.data["status"]?.text {
                case "completed": loaded.succeed()
                case "failed":
                    loaded.fail(MicroVMError(.templateUnusable, "QEMU could not load the template's state."))
                default: break
                }
            case "SHUTDOWN", "GUEST_PANICKED":
                fall.succeed(await console())
                handle.kill()
            default: break
            }
        }
        let gone = MicroVMError(.machineDied, "QEMU is gone.")
        loaded.fail(gone)
        fall.fail(gone)
    }

    /// The end of the guest's console that was not read before: reading takes it away.
    ///
    /// - Returns: the text; empty when QEMU does not answer within a second.
    func console() async -> String {
        let arguments: QMPValue = ["device": "console", "size": .integer(Int64(MachineShape.consoleBytes))]
        let answer = try? await monitor.execute("ringbuf-read", arguments, by: .now + .seconds(1))
        return answer?.text ?? ""
    }

    /// The console's last lines as the end of a sentence.
    ///
    /// - Returns: the text; empty when there is none.
    func consoleNote() async -> String {
        var text = await console()
        if text.isEmpty { text = await lastWords(by: .now + .milliseconds(50)) ?? "" }
        let lines = text.split(whereSeparator: \.isNewline).suffix(12)
        return lines.isEmpty ? "" : " Its console ended with: " + lines.joined(separator: " | ")
    }

    /// Why the machine is no more.
    ///
    /// - Returns: the guest's own end, its garbage, or QEMU's death.
    func endCause() async -> MicroVMError {
        if let reason = await guest.endReason, reason.code == .guestGarbage { return reason }
        if await lastWords(by: .now + .seconds(2)) != nil {
            return MicroVMError(.guestEnded, "The guest shut down or crashed.")
        }
        return await monitor.endReason ?? MicroVMError(.machineDied, "QEMU closed the guest's port.")
    }

    /// Waits for the end of the process and tells what is known of it.
    ///
    /// - Returns: cause, exit status, console.
    func exitReport() async -> MachineExit {
        let cause = await endCause()
        let console = await lastWords(by: .now + .seconds(2)) ?? ""
        let end = try? await ended.value(by: .now + .seconds(10), "The end of QEMU")
        return MachineExit(
            cause: cause,
            process: end ?? ProcessEnd(exitCode: nil, signal: nil, diagnostics: ""),
            console: console
        )
    }

    /// What the console held when the guest ended by itself; nil when it did not.
    private func lastWords(by deadline: ContinuousClock.Instant) async -> String? {
        try? await fall.value(by: deadline, "The guest's last words")
    }
}

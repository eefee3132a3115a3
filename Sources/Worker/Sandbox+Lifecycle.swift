internal import Domain
internal import Lifecycle
internal import MicroVM
internal import Transport

/// How long a session lives, and what is told of it while it does.
extension Sandbox {
    /// Whether code runs or waits here, somebody reads what it or a terminal says, or a file is open; then it is not idle.
    var isBusy: Bool {
        readers > 0 || !archive.isIdle || !transfers.isEmpty || terminals.isAttended
    }

    /// Notes a use of the session.
    func touch() { clock.touch(.now) }

    /// Ends the session when its time has come; until then it sleeps.
    func watchClock() async {
        while end == nil, !Task.isCancelled {
            switch clock.verdict(now: .now, isBusy: isBusy) {
            case .ends(let cause): finish(cause)
            case .lives(let until): try? await AlarmClock.shared.sleep(until: until)
            }
        }
    }

    /// Ends the session because its machine is no more, or because the worker itself goes down.
    ///
    /// - Parameter machine: the machine.
    func machineFell(_ machine: any Machine) async {
        guard end == nil else { return }
        guard !Task.isCancelled else { return finish(.drained) }
        let exit = await machine.exitReason()
        keepConsole(exit.console)
        finish(Task.isCancelled ? .drained : exit.ranOutOfMemory ? .outOfMemory : .guestCrashed)
    }

    /// Keeps what the guest wrote to its console.
    ///
    /// - Parameter text: what it wrote since this was called last.
    func keepConsole(_ text: String) { console.append(text) }

    /// The end of what the guest has written to its console.
    ///
    /// - Returns: the text as UTF-8; empty before there is a machine.
    func consoleText() async -> [UInt8] {
        if let machine { console.append(await machine.takeConsole()) }
        return console.bytes
    }

    /// What is known of the session; nil when it has ended.
    var description: SessionDescription? {
        guard end == nil else { return nil }
        let now = ContinuousClock.now
        let expiry = clock.expiry(now: now, isBusy: isBusy)
        return SessionDescription(
            session: session,
            instance: instance,
            createdMilliseconds: createdMilliseconds,
            lastAccessedMilliseconds: timeOfDay(isBusy ? now : clock.lastUse),
            expiresMilliseconds: timeOfDay(expiry)
        )
    }

    /// A point in the session's life as time of day; it does not jump when the host's clock is set.
    private func timeOfDay(_ instant: ContinuousClock.Instant) -> UInt64 {
        let age = max(created.duration(to: instant), .zero).components
        let milliseconds = min(UInt64(clamping: age.seconds), 1 << 40) * 1_000
        return createdMilliseconds + milliseconds + UInt64(clamping: age.attoseconds / 1_000_000_000_000_000)
    }
}

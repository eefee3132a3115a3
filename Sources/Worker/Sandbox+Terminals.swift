internal import Domain
internal import Lifecycle
internal import MicroVM
internal import Wire

/// The session's terminals: they live beside executions, and neither waits for the other.
extension Sandbox {
    /// How long the loop sleeps when nothing wakes it.
    private static let longestSleep: Duration = .seconds(3_600)

    /// Does something with the session's terminals.
    ///
    /// To open one, to type, to resize and to read is a use of the session; to look at one is none.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - deadline: when to give up, or to answer with what there is.
    /// - Returns: what became of it; nil when the session has ended without taking it in.
    /// - Throws: why it cannot be done.
    func perform(
        _ order: TerminalOrder,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> TerminalReply? {
        guard end == nil else { return nil }
        switch order {
        case .open(let id, let spec): try await open(id, spec, until: deadline)
        case .list: return .terminals(terminals.descriptions)
        case .look(let id): return .terminal(try terminals.description(of: id))
        case .read(let id, let place): return .page(try await read(id, from: place, until: deadline))
        case .type(let id, let place, let bytes): try await type(bytes, into: id, at: place, until: deadline)
        case .resize(let id, let size): try terminals.resize(id, to: size)
        case .close(let id): try terminals.close(id)
        }
        touch()
        changes.notify(.terminals)
        return .terminal(try terminals.description(of: order.terminal))
    }

    private func open(
        _ id: TerminalID,
        _ spec: TerminalSpec,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) {
        try terminals.open(
            id,
            spec,
            processes: pool.processes,
            createdMilliseconds: WallClock.milliseconds,
            now: .now
        )
        touch()
        while machine == nil {
            if let end { throw terminalsFailure(for: end) }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                try? terminals.close(id)
                throw Failure(.sandboxFailed, "The sandbox did not start in time.", retryAfterSeconds: 1)
            }
            await waitForChange(until: deadline)
        }
    }

    private func read(
        _ id: TerminalID,
        from place: UInt64,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> TerminalPage {
        try terminals.beginReading(id, now: .now)
        defer {
            terminals.endReading(id, now: .now)
            touch()
            // The loop has to know from when on nobody reads, and how much was read.
            changes.notify(.terminals)
        }
        while true {
            if let page = try terminals.read(id, from: place) { return page }
            if let end { throw terminalsFailure(for: end) }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                return TerminalPage(position: place, bytes: [], isEnd: false)
            }
            await waitForChange(of: .terminals, until: deadline)
        }
    }

    private func type(
        _ bytes: [UInt8],
        into id: TerminalID,
        at place: UInt64?,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) {
        let deadline = min(deadline, .now + TerminalLimits.inputPatience)
        while try !terminals.type(bytes, into: id, at: place) {
            if let end { throw terminalsFailure(for: end) }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                throw Failure(
                    .tooManyRequests,
                    "The program in the terminal does not read what was typed; this was not typed.",
                    retryAfterSeconds: 1
                )
            }
            await waitForChange(of: .terminals, until: deadline)
        }
    }

    /// Tells the guest what there is to tell about terminals, in order, until the session ends.
    ///
    /// - Parameter machine: the session's machine.
    func runTerminals(on machine: any Machine) async {
        while end == nil, !Task.isCancelled {
            terminals.hangUpUnattended(.now)
            while let (number, step) = terminals.nextStep() {
                guard await send(.terminal(number: number, step), to: machine) else { return }
            }
            await waitForChange(of: .terminals, until: terminals.nextExpiry ?? .now + Self.longestSleep)
        }
    }

    private func terminalsFailure(for cause: EndCause) -> Failure {
        switch cause {
        case .startFailed:
            Failure(.sandboxFailed, "The sandbox could not be started. Try again.", retryAfterSeconds: 1)
        case .workerLost, .drained:
            Failure(
                .sessionLost,
                "The session was lost with its worker (\(cause)), and its terminals with it."
            )
        default:
            Failure(.terminalNotFound, "The session has ended (\(cause)), and its terminals with it.")
        }
    }
}

extension TerminalOrder {
    /// The terminal that it is about; no terminal has the name of a list's.
    fileprivate var terminal: TerminalID {
        switch self {
        case .list: TerminalID(number: 0)
        case .open(let id, _), .look(let id), .read(let id, _), .type(let id, _, _), .resize(let id, _),
            .close(let id):
            id
        }
    }
}

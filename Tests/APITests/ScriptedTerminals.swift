import Coordinator
import Domain
import Synchronization

/// One terminal of a scripted cluster: it shows what the test says and keeps what is typed.
final class ScriptedTerminals: Sendable {
    struct State: Sendable {
        var spec: TerminalSpec?
        var size = TerminalSize.standard
        var output: [UInt8] = []
        /// The place of the first byte that is kept.
        var beginning: UInt64 = 0
        var input: [UInt8] = []
        var isClosed = false
        var end: TerminalEnd?
        var failure: Failure?
        var reads = 0
    }

    static let id = TerminalID(number: 0xabcd)
    private let state = Mutex(State())

    /// What there is now.
    var now: State { state.withLock { $0 } }

    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func description(_ id: TerminalID) throws(Failure) -> TerminalDescription {
        let now = now
        if let failure = now.failure { throw failure }
        guard id == Self.id, let spec = now.spec else { throw Failure(.terminalNotFound, "There is none.") }
        return TerminalDescription(
            id: id,
            size: now.size,
            arguments: spec.arguments,
            createdMilliseconds: 0,
            inputPosition: UInt64(now.input.count),
            outputPosition: now.beginning + UInt64(now.output.count),
            end: now.end
        )
    }

    fileprivate func page(from place: UInt64) throws(Failure) -> TerminalPage? {
        let now = now
        state.withLock { $0.reads += 1 }
        if let failure = now.failure { throw failure }
        let first = max(place, now.beginning)
        let bytes = Array(now.output.dropFirst(Int(first - now.beginning)))
        guard !bytes.isEmpty || now.end != nil else { return nil }
        return TerminalPage(position: first, bytes: bytes, isEnd: now.end != nil)
    }
}

extension ScriptedDispatch {
    func openTerminal(
        _ spec: TerminalSpec,
        in session: SessionKey
    ) async throws(Failure) -> TerminalDescription {
        terminal.change {
            $0.spec = spec
            $0.size = spec.size
        }
        return try terminal.description(ScriptedTerminals.id)
    }

    func terminals(of session: SessionKey) async throws(Failure) -> [TerminalDescription] {
        [try terminal.description(ScriptedTerminals.id)]
    }

    func terminal(_ id: TerminalID, in session: SessionKey) async throws(Failure) -> TerminalDescription {
        try terminal.description(id)
    }

    func terminalOutput(
        of id: TerminalID,
        in session: SessionKey,
        from place: UInt64,
        wait: Duration
    ) async throws(Failure) -> TerminalPage {
        _ = try terminal.description(id)
        let deadline = ContinuousClock.now + wait
        while true {
            if let page = try terminal.page(from: place) { return page }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                return TerminalPage(position: place, bytes: [], isEnd: false)
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    func type(
        _ bytes: [UInt8],
        into id: TerminalID,
        in session: SessionKey,
        at place: UInt64?
    ) async throws(Failure) -> TerminalDescription {
        let taken = try terminal.description(id).inputPosition
        terminal.change { $0.input += bytes.dropFirst(Int(taken - (place ?? taken))) }
        return try terminal.description(id)
    }

    func resizeTerminal(
        _ id: TerminalID,
        in session: SessionKey,
        to size: TerminalSize
    ) async throws(Failure) -> TerminalDescription {
        terminal.change { $0.size = size }
        return try terminal.description(id)
    }

    func closeTerminal(_ id: TerminalID, in session: SessionKey) async throws(Failure) {
        _ = try terminal.description(id)
        terminal.change { $0.isClosed = true }
    }
}

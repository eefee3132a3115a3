internal import APIModel
internal import Client
internal import Presentation
internal import Synchronization
internal import UnixSignals

/// Joins the person's terminal to one in a session, until one of them ends.
struct ShellSession: Sendable {
    /// How it ended.
    enum End: Hashable, Sendable {
        /// The program has ended.
        case ended(exitCode: Int32)
        /// The person hung up, or this program was told to end.
        case hungUp(signal: Int32)
        /// The person left, and the program runs on.
        case detached(String)

        /// What this program ends with.
        var exitCode: Int32 {
            switch self {
            case .ended(let code): code
            case .hungUp(let signal): 128 + signal
            case .detached: 0
            }
        }
    }

    private static let pieceBytes = 32 << 10
    /// How long leaving waits for what was typed before.
    private static let lastInputTime: Duration = .seconds(3)

    private let terminals: RemoteTerminals
    private let terminal: TerminalResource
    private let local: LocalTerminal

    /// Takes the person's terminal over.
    ///
    /// - Parameters:
    ///   - terminals: the terminals of the session.
    ///   - terminal: the one to join.
    /// - Throws: ``TerminalError`` when there is no terminal to take over.
    init(terminals: RemoteTerminals, terminal: TerminalResource) throws {
        self.terminals = terminals
        self.terminal = terminal
        local = try LocalTerminal()
    }

    /// Carries keys and output until the end, and gives the person's terminal back.
    ///
    /// - Returns: how it ended.
    /// - Throws: why the terminal cannot be reached any more.
    func run() async throws -> End {
        defer { LocalTerminal.restore() }
        // Before the first request, which may take long.
        let signals = await UnixSignalsSequence(trapping: .sigwinch, .sighup, .sigterm, .sigint, .sigquit)
        let queue = KeyQueue()
        let end = try await withThrowingTaskGroup(of: End?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await output() }
            group.addTask { await keyboard(queue) }
            group.addTask { try await sender(queue) }
            group.addTask { await obey(signals) }
            while let end = try await group.next() {
                if let end { return end }
            }
            return End.hungUp(signal: 1)
        }
        if case .hungUp = end {
            // Hanging up may take a minute, for which nobody should sit before a raw terminal.
            LocalTerminal.restore()
            // What is not there any more is hung up.
            try? await terminals.close(terminal.id)
        }
        return end
    }

    /// Shows what the terminal shows, over as many connections as it takes.
    private func output() async throws -> End? {
        let place = Mutex<UInt64>(0)
        var patience = Patience()
        while true {
            let before = place.withLock { $0 }
            do {
                try await terminals.read(terminal.id, from: before) { bytes, start in
                    let expected = place.withLock { place in
                        defer { place = start + UInt64(bytes.count) }
                        return place
                    }
                    if start > expected {
                        await local.say("[\(start - expected) bytes are not kept any more]")
                    }
                    await local.show(bytes)
                }
                patience.renew()
                let now = try await terminals.show(terminal.id)
                if now.state == .ended, now.outputPosition == place.withLock({ $0 }) {
                    return .ended(exitCode: Int32(clamping: now.exitCode ?? 0))
                }
            } catch {
                if place.withLock({ $0 }) != before { patience.renew() }
                try await rest(after: error, &patience)
            }
        }
    }

    /// Takes what is typed, and hears what the person wants however the connection is.
    private func keyboard(_ queue: KeyQueue) async -> End? {
        var escapes = EscapeKeys()
        while let keys = await local.keys() {
            let (input, wish) = escapes.take(keys)
            queue.add(input)
            switch wish {
            case .hangUp: return .hungUp(signal: 1)
            case .detach:
                await queue.becomesEmpty(within: Self.lastInputTime)
                return .detached(terminal.id)
            case .help: await local.say(EscapeKeys.help)
            case nil: break
            }
            await queue.hasRoom()
        }
        return Task.isCancelled ? nil : .hungUp(signal: 1)
    }

    /// Sends what is typed; each byte has its place, so that none is typed twice.
    private func sender(_ queue: KeyQueue) async throws -> End? {
        var place = terminal.inputPosition
        var patience = Patience()
        while let piece = await queue.next(Self.pieceBytes) {
            do {
                place = try await terminals.type(piece, into: terminal.id, at: place).inputPosition
                queue.drop(piece.count)
                patience.renew()
            } catch  where error.code == "TerminalEnded" {
                // The other side tells how.
                return nil
            } catch {
                try await rest(after: error, &patience)
            }
        }
        return nil
    }

    /// Passes the window's size on, and ends with this program.
    private func obey(_ signals: UnixSignalsSequence) async -> End? {
        await resize()
        for await signal in signals {
            guard signal == .sigwinch else { return .hungUp(signal: signal.rawValue) }
            await resize()
        }
        return nil
    }

    private func resize() async {
        guard let size = LocalTerminal.size else { return }
        // If it is lost, the next one is right; the terminal's end is told elsewhere.
        try? await terminals.resize(
            terminal.id,
            columns: min(size.columns, 1_000),
            rows: min(size.rows, 1_000)
        )
    }

    /// Waits before the same is tried again.
    ///
    /// - Throws: the error when trying again is of no use, or not any more.
    private func rest(after error: ClientError, _ patience: inout Patience) async throws {
        guard error.isPassing,
            let pause = patience.pause(
                at: .now,
                wanted: .seconds(error.retryAfterSeconds ?? 0)
            )
        else { throw error }
        if patience.isTried { await local.say("[\(PlainText.of(error.message)) Trying again.]") }
        try await Task.sleep(for: pause)
    }
}

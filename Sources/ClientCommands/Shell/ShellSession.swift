internal import APIModel
internal import Client
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

    /// How long a connection that is broken is tried again.
    private static let patience: Duration = .seconds(120)
    private static let firstPause: Duration = .milliseconds(200)
    private static let longestPause: Duration = .seconds(5)
    private static let pieceBytes = 32 << 10

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

    /// Carries keys and output until the end.
    ///
    /// - Returns: how it ended.
    /// - Throws: why the terminal cannot be reached any more.
    func run() async throws -> End {
        let end = try await withThrowingTaskGroup(of: End?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await output() }
            group.addTask { try await input() }
            group.addTask { await signals() }
            while let end = try await group.next() {
                if let end { return end }
            }
            return End.hungUp(signal: 1)
        }
        if case .hungUp = end {
            // What is not there any more is hung up.
            try? await terminals.close(terminal.id)
        }
        return end
    }

    /// Shows what the terminal shows, over as many connections as it takes.
    private func output() async throws -> End? {
        let place = Mutex<UInt64>(0)
        while true {
            let end = try await insisting {
                try await terminals.read(terminal.id, from: place.withLock { $0 }) { bytes, start in
                    let expected = place.withLock { place in
                        defer { place = start + UInt64(bytes.count) }
                        return place
                    }
                    if start > expected {
                        await local.say("[\(start - expected) bytes are not kept any more]")
                    }
                    await local.show(bytes)
                }
                let now = try await terminals.show(terminal.id)
                return now.state == .ended && now.outputPosition == place.withLock { $0 } ? now : nil
            }
            if let end { return .ended(exitCode: Int32(clamping: end.exitCode ?? 0)) }
        }
    }

    /// Sends what is typed; each byte has its place, so that none is typed twice.
    private func input() async throws -> End? {
        var escapes = EscapeKeys()
        var place = terminal.inputPosition
        while let keys = await local.keys() {
            var (rest, wish) = escapes.take(keys)
            while !rest.isEmpty {
                let piece = Array(rest.prefix(Self.pieceBytes))
                do {
                    place = try await insisting {
                        try await terminals.type(piece, into: terminal.id, at: place).inputPosition
                    }
                } catch let error as ClientError where error.code == "TerminalEnded" {
                    // The other side tells how.
                    return nil
                }
                rest.removeFirst(piece.count)
            }
            switch wish {
            case .hangUp: return .hungUp(signal: 1)
            case .detach: return .detached(terminal.id)
            case .help: await local.say(EscapeKeys.help)
            case nil: break
            }
        }
        return Task.isCancelled ? nil : .hungUp(signal: 1)
    }

    /// Passes the window's size on, and ends with this program.
    private func signals() async -> End? {
        await resize()
        for await signal in await UnixSignalsSequence(
            trapping: .sigwinch,
            .sighup,
            .sigterm,
            .sigint,
            .sigquit
        ) {
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

    /// Does something again as long as it fails for want of a connection.
    private func insisting<Value>(_ attempt: () async throws -> Value) async throws -> Value {
        var pause = Self.firstPause
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                return try await attempt()
            } catch let error as ClientError where error.isPassing && ContinuousClock.now < deadline {
                if pause > Self.firstPause * 4 { await local.say("[\(error.message) Trying again.]") }
                try await Task.sleep(for: max(pause, .seconds(error.retryAfterSeconds ?? 0)))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }
}

extension ClientError {
    /// Whether the same may work a little later.
    fileprivate var isPassing: Bool {
        switch kind {
        case .unreachable, .timedOut: true
        case .refused: [429, 503, 504].contains(status) && code != "SessionLost"
        default: false
        }
    }
}

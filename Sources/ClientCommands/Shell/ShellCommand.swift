internal import APIModel
internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister shell`: an interactive terminal in a session.
struct ShellCommand: ClusterCommand {
    /// The pool that is meant when nobody names one.
    private static let standardPool = "shell"

    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Opens an interactive terminal in a session.",
        discussion: """
            Everything that is typed goes to the session, Ctrl-C as well, but for three things after Enter: \
            `~.` hangs up, `~d` leaves the program running (come back with --attach, within ten minutes, or \
            within the pool's cooldown if that is shorter), and `~~` types a tilde. When the connection breaks, \
            it is made anew and nothing is lost or typed twice. The exit code is the program's, 129 after a \
            hang-up, and 2 when there was no terminal.

            Without --identifier the session is a new one, and is stopped at the end unless --keep is given \
            or the program was left running.

            Examples: cloister shell; cloister shell --pool python --identifier notebook-1 -- python3
            """
    )

    @Option(
        help: ArgumentHelp(
            "The pool; else CLOISTER_POOL, else that of the context. (default: \(standardPool))",
            valueName: "name"
        ),
        completion: .custom { words, _, _ in await PoolNames.known(words) }
    )
    var pool: String?

    @Option(
        help: "The session; without it a new one.",
        completion: .custom { words, _, _ in await SessionIdentifiers.known(words, else: standardPool) }
    )
    var identifier: String?

    @Flag(help: "Keep the new session at the end.")
    var keep = false

    @Option(help: ArgumentHelp("Go back to a terminal that runs.", valueName: "terminal"))
    var attach: String?

    @Argument(help: "The program and its arguments, after --; without it a login shell.")
    var command: [String] = []

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard attach == nil || identifier != nil else {
            throw ValidationError("--attach needs the --identifier of the terminal's session.")
        }
        guard attach == nil || command.isEmpty else {
            throw ValidationError("A terminal that runs has its program already: leave the command away.")
        }
    }

    func perform(with client: CloisterClient) async throws {
        guard LocalTerminal.isThere else { throw TerminalError() }
        let pool = try PoolOption.name(pool, connection, else: Self.standardPool)
        let name = identifier ?? "shell-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let isOwn = identifier == nil && !keep
        if identifier == nil {
            Console.error(
                line: "cloister: session \(name) in pool \(pool)"
                    + (isOwn ? ", which is stopped at the end" : "")
            )
        }
        let terminals = client.terminals(of: name, pool: pool)
        let end: ShellSession.End
        do {
            end = try await ShellSession(terminals: terminals, terminal: try await terminal(terminals)).run()
        } catch {
            if isOwn { try? await client.stopSession(name, pool: pool) }
            throw error
        }
        if case .detached(let id) = end {
            Console.error(
                line: "cloister: left running; come back with: "
                    + "cloister shell --pool \(pool) --identifier \(name) --attach \(id)"
            )
            return
        }
        if isOwn { await stop(name, pool: pool, client) }
        throw ExitCode(end.exitCode)
    }

    /// Stops the session; the exit code is the program's, whatever comes of it.
    private func stop(_ name: String, pool: String, _ client: CloisterClient) async {
        do {
            try await client.stopSession(name, pool: pool)
        } catch  where error.code == "NoSessionFoundError" {
            // It has ended by itself.
        } catch {
            Console.error(
                line: "cloister: session \(name) was not stopped: \(PlainText.of(error.description))"
            )
        }
    }

    private func terminal(_ terminals: RemoteTerminals) async throws -> TerminalResource {
        if let attach { return try await terminals.show(attach) }
        let size = LocalTerminal.size ?? (80, 24)
        return try await terminals.open(
            columns: min(size.columns, 1_000),
            rows: min(size.rows, 1_000),
            kind: StateDirectory.environment("TERM"),
            command: command
        )
    }
}

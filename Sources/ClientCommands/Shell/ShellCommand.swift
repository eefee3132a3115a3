internal import APIModel
internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister shell`: an interactive terminal in a session.
struct ShellCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Opens an interactive terminal in a session.",
        discussion: """
            Everything that is typed goes to the session, Ctrl-C as well, but for three things after Enter: \
            `~.` hangs up, `~d` leaves the program running (come back with --attach, within ten minutes), \
            and `~~` types a tilde. When the connection breaks, it is made anew and nothing is lost or typed \
            twice. The exit code is the program's, 129 after a hang-up, and 2 when there was no terminal.

            Without --identifier the session is a new one, and is stopped at the end unless --keep is given \
            or the program was left running.

            Examples: cloister shell; cloister shell --pool python --identifier notebook-1 -- python3
            """
    )

    @Option(help: "The pool of the session.")
    var pool = "shell"

    @Option(help: "The session; without it a new one.")
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
            LocalTerminal.restore()
            if isOwn { try? await client.stopSession(name, pool: pool) }
            throw error
        }
        LocalTerminal.restore()
        if case .detached(let id) = end {
            Console.error(
                line: "cloister: left running; come back with: "
                    + "cloister shell --pool \(pool) --identifier \(name) --attach \(id)"
            )
            return
        }
        if isOwn { try await client.stopSession(name, pool: pool) }
        throw ExitCode(end.exitCode)
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

internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister logs`: what a session's guest writes to its console.
struct LogsCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Shows the console of a session's guest: its kernel and its agent.",
        discussion: """
            Example: cloister logs --identifier notebook-1

            A guest that is well says nothing there; one that runs out of memory says which process it ended. \
            The newest 16 KiB are there, and 64 KiB of what was read before; of a session that has ended 16 KiB for \
            an hour, of the 256 last ones of each worker. Code does not write there: its \
            output belongs to its execution. It takes an operator's key. Control characters are shown as U+FFFD.
            """
    )

    @Option(
        name: [.long, .customLong("session")],
        help: ArgumentHelp("The session.", valueName: "id"),
        completion: .custom { words, _, _ in await SessionIdentifiers.known(words) }
    )
    var identifier: String

    @OptionGroup var pool: PoolOption
    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        let text = try await client.console(of: identifier, pool: try pool.name(connection))
        var filter = TerminalText()
        try Console.deliver(filter.next(text.filter { $0 != UInt8(ascii: "\r") }))
        if text.isEmpty { Console.error(line: "The guest has written nothing to its console.") }
    }
}

internal import ArgumentParser
internal import Client
internal import Domain
internal import Glibc
internal import Presentation

/// What is to be run and where; the same for `cloister exec` and `cloister run`.
package struct ExecutionOptions: ParsableArguments {
    /// More than a pool takes; a greater file is an accident.
    private static let bytesMax = 4 << 20

    @Argument(help: "The code, or the command line in a shell pool; without it (or with -) standard input.")
    var code: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file with the code.", valueName: "file"),
        completion: .file()
    )
    var file: String?

    @Flag(help: "Give our standard input, to its end, to the program; shell pools only.")
    var stdin = false

    @Option(
        help: ArgumentHelp(
            "The session; the same one finds its variables and files again. Without it the session is a new one and ends with the code.",
            valueName: "id"
        ),
        completion: .custom { words, _, _ in await SessionIdentifiers.known(words) }
    )
    var identifier: String?

    @OptionGroup var pool: PoolOption

    @Option(
        help: ArgumentHelp(
            "How long the code may run; without it two minutes, or less where the pool allows less.",
            valueName: "seconds"
        )
    )
    var timeout: Int?

    @Option(
        help: ArgumentHelp("Save pictures there as image-1.png and so on.", valueName: "dir"),
        completion: .directory
    )
    var images: String?

    @Option(
        name: .shortAndLong,
        help: "json or yaml: all at the end as one document. Without it the output comes live."
    )
    var output: OutputFormat?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp(
            "Behind --: a program and its arguments, without a shell; shell pools only.",
            valueName: "argv"
        )
    )
    var words: [String] = []

    /// Makes the options before they are parsed.
    package init() {}

    /// Checks what does not go together.
    ///
    /// - Throws: a validation error.
    package func validate() throws {
        guard (1...86_400).contains(timeout ?? 1) else {
            throw ValidationError("--timeout is a number of seconds from 1 on.")
        }
        let sources = [code != nil, file != nil, !words.isEmpty].count { $0 }
        guard sources <= 1 else {
            throw ValidationError("Give the code, or -f FILE, or a program behind --, and one of them only.")
        }
        guard !stdin || sources == 1 && code != "-" else {
            throw ValidationError("With --stdin the code cannot come from standard input as well.")
        }
        guard output != .table else {
            throw ValidationError(
                "-o is json or yaml here; without it the output comes as the code writes it."
            )
        }
    }

    /// What a session may be asked to run, the likelier first; which one suits is for the pool to say.
    ///
    /// - Parameter pool: the pool's name.
    /// - Returns: one order at least.
    /// - Throws: `invalidConfiguration` when the code cannot be read.
    func orders(for pool: String) throws(Failure) -> [ExecutionOrder] {
        let input = stdin ? try text(of: 0, name: "Standard input") : nil
        if !words.isEmpty { return [.program(words, standardInput: input)] }
        let code = try source()
        let command = ExecutionOrder.command(code, standardInput: input)
        if stdin { return [command] }
        return pool == "shell" ? [command, .code(code)] : [.code(code), command]
    }

    private func source() throws(Failure) -> String {
        if let file, file != "-" {
            guard let content = TextFile.content(of: file, limit: Self.bytesMax) else {
                throw unreadable("The file \(file)")
            }
            return content
        }
        if let code, code != "-" { return code }
        guard code == "-" || file == "-" || isatty(0) == 0 else {
            throw Failure(
                .invalidConfiguration,
                "There is no code: give it, or -f FILE, or - for standard input."
            )
        }
        return try text(of: 0, name: "Standard input")
    }

    private func text(of descriptor: Int32, name: String) throws(Failure) -> String {
        guard let content = TextFile.content(of: descriptor, limit: Self.bytesMax) else {
            throw unreadable(name)
        }
        return content
    }

    private func unreadable(_ name: String) -> Failure {
        Failure(
            .invalidConfiguration,
            "\(name) cannot be read, is not UTF-8, or is longer than \(Self.bytesMax) bytes; longer things "
                + "are files: cloister files put."
        )
    }
}

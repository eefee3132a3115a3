internal import ArgumentParser
internal import ClientCommands
internal import Domain

/// The program's root command.
@main
struct Cloister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloister",
        abstract: "Runs code that nobody trusts in microVMs, on machines that you own.",
        discussion: """
            Begin with `cloister up` for a whole cluster on this machine, or with \
            `cloister run 'print(6*7)'` for a single execution.

            """ + ExitStatus.explanation,
        version: ProductVersion.text,
        subcommands: [Up.self, Run.self] + ClientCommands.all
            + [
                BenchCommand.self, Completion.self, CoordinatorCommand.self, WorkerCommand.self,
                ConfigCommand.self,
                CertCommand.self,
            ]
    )
}

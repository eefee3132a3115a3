internal import ArgumentParser
internal import Domain
internal import Presentation
internal import ServiceSettings

extension ServiceRole: ExpressibleByArgument {}

/// `cloister config`: the services' own configuration.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks the services' configuration, or prints one to begin with.",
        discussion: "docs/configuration.md has every key.",
        subcommands: [Check.self, Example.self]
    )

    /// `cloister config check`: tells everything that is wrong.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells everything that is wrong with a configuration file.",
            discussion: """
                The environment and --set count as they do when a service starts. The exit code is 0 when nothing \
                is wrong, 1 when something is, 2 when the file cannot be read.
                """
        )

        @Argument(help: "The YAML file.")
        var file: String

        @Option(
            name: .customLong("for"),
            help: "Who has to start with it: coordinator, worker or up. Without it no key has to be there."
        )
        var role: ServiceRole?

        @OptionGroup var settings: SettingsOptions

        func run() async throws {
            let problems: [SettingsProblem]
            do throws(Failure) {
                problems = try settings.problems(file, for: role)
            } catch {
                Console.error(line: "cloister: \(error.message)")
                throw ExitCode(2)
            }
            for problem in problems { Console.error(line: PlainText.of(problem.text)) }
            guard problems.isEmpty else { throw ExitCode(1) }
            Console.error(line: "\(file): nothing is wrong.")
        }
    }

    /// `cloister config example`: prints a whole file.
    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a file with every key there is and what it means.",
            discussion: "What it sets is what holds anyway, but for the keys that have to be there."
        )

        @Option(
            name: .customLong("for"),
            help: "For whom: coordinator, worker or up. Without it for both services in one file."
        )
        var role: ServiceRole?

        func run() throws { Console.output(Array(SettingsExample.text(for: role).utf8)) }
    }
}

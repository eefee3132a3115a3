internal import ArgumentParser

/// `cloister bench`: measures a cluster.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures a cluster under load, and compares measurements.",
        discussion: """
            Example: cloister bench warm --clients 2 --duration 30 --html report.html

            Every answer is verified: the right output from the right session. What fails counts as failed, and \
            never as fast. The scenarios:
              warm      executions in sessions that are there
              tti       time to interactive: a new identifier's first result; --mode sequential, staggered, burst
              churn     create, execute, destroy
              files     upload, list, download, remove
              stream    output that is read while code runs
              mixed     a mix of these, by the weights of a file
              soak      the same for long: memory, descriptors, processes and files of the cluster over time
              dispatch  the cluster alone, against workers with --no-op-sandbox

            `cloister bench run --help` lists the options; `run` may be left out.
            """,
        subcommands: [
            BenchRunCommand.self, BenchCompareCommand.self, BenchPageCommand.self, BenchAgentCommand.self,
        ],
        defaultSubcommand: BenchRunCommand.self
    )
}

internal import ArgumentParser
internal import Client

/// `cloister exec`: runs code in a session of a running cluster.
struct ExecCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Runs code in a session and shows its output live.",
        discussion: """
            Example: cloister exec 'print(6*7)'

            With --identifier variables and files are there again in the next call:
              cloister exec --identifier notebook-1 'x = 20'
              cloister exec --identifier notebook-1 'x + 1'
            In a shell pool the code is a command line, or a program behind --:
              printf 'b\\na\\n' | cloister exec --pool shell --stdin sort
              cloister exec --pool shell -- python3 -c 'print("hello")'

            The exit code is the program's own in shell pools, else 0 or 1; 124 when the time is over, 125 \
            when nothing could be run, 130 after Ctrl-C, which ends the code. A connection that breaks is made \
            anew; the code runs once. `cloister run` is the same, but starts a cluster when there is none.
            """
    )

    static var failureStatus: Int32 { ExitStatus.notRun }

    @OptionGroup var execution: ExecutionOptions
    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        let run = try ExecutionRun(execution, connection)
        let code = try await run.perform(with: client)
        if code != 0 { throw ExitCode(code) }
    }
}

internal import ArgumentParser
internal import Client
internal import ClientCommands
internal import Presentation
internal import ServiceSettings

/// `cloister run`: as `cloister exec`, with a cluster for the call when there is none.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs code as exec does; starts a cluster for the call when none runs here.",
        discussion: """
            Example: cloister run 'print(6*7)'

            All else is as in `cloister exec`: options, output, exit codes. A cluster that is started for the \
            call ends with it, and its sessions too; `cloister up` keeps one.
            """
    )

    @OptionGroup var execution: ExecutionOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandOutcome.report(failingWith: ExitStatus.notRun) { found in
            let run = try ExecutionRun(execution, connection)
            let code: Int32
            if let target = try connection.target() {
                found(target)
                code = try await target.client.closing { try await run.perform(with: target.client) }
            } else {
                code = try await alone(run)
            }
            if code != 0 { throw ExitCode(code) }
        }
    }

    private func alone(_ run: ExecutionRun) async throws -> Int32 {
        let codes = AsyncStream.makeStream(of: Int32.self)
        let cluster = LocalCluster(
            state: connection.state,
            settings: try SettingsOptions.ofEnvironment(for: .up),
            port: 0,
            workers: 1,
            readySessions: 0,
            onlyPool: run.pool
        ) {
            Console.error(line: "cloister: \($0)")
        }
        do {
            try await cluster.run { client, _ in
                codes.continuation.yield(try await run.perform(with: client))
            }
        } catch is CancellationError {
            return ExitStatus.interrupted
        } catch {
            throw StartTrouble(sentence: StartFailure.explained(error, port: 0))
        }
        codes.continuation.finish()
        for await code in codes.stream { return code }
        return ExitStatus.interrupted
    }
}

/// Why a cluster for one call did not come about.
private struct StartTrouble: Error, CustomStringConvertible {
    let sentence: String

    var description: String { sentence }
}

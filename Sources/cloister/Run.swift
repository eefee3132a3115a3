internal import APIModel
internal import ArgumentParser
internal import Client
internal import ClientCommands
internal import Glibc
internal import Presentation
internal import ServiceSettings

/// `cloister run`: one execution, from the command line.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs code in a session and prints its output.",
        discussion: """
            The code is the argument itself, the content of a file of that name, or standard input. \
            A running cluster is used if there is one, else one is started for the call. The exit \
            code is 0 when the code ran to its end, 1 when it failed, 2 when it could not be run.
            """
    )

    @Argument(help: "The code, or a file that holds it; without it (or with -) standard input.")
    var code: String?

    @Option(help: "The session to run in; the same identifier finds its variables again.")
    var identifier: String?

    @Option(help: "The pool of the session.")
    var pool = "python"

    @Option(help: "How many seconds the code may run.")
    var timeout = 60

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...220).contains(timeout) else {
            throw ValidationError("--timeout is a number from 1 to 220.")
        }
    }

    func run() async throws {
        do {
            try await execute()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Console.error(line: "cloister: \(StartFailure.explained(error, port: 0))")
            throw ExitCode(2)
        }
    }

    private func execute() async throws {
        let source = try CodeSource.read(code)
        if let client = try await connection.client() {
            return try finish(try await send(source, to: client))
        }
        let results = AsyncStream.makeStream(of: ExecutionResponse.self)
        let cluster = LocalCluster(
            state: connection.state,
            settings: try SettingsOptions.ofEnvironment(for: .up),
            port: 0,
            workers: 1,
            readySessions: 0,
            onlyPool: pool
        ) {
            Console.error(line: "cloister: \($0)")
        }
        try await cluster.run { client, _ in
            results.continuation.yield(try await send(source, to: client))
        }
        results.continuation.finish()
        for await response in results.stream { try finish(response) }
    }

    private func send(_ source: String, to client: CloisterClient) async throws -> ExecutionResponse {
        try await client.execute(
            code: source,
            identifier: identifier ?? "run-\(getpid())-\(UInt32.random(in: .min ... .max))",
            pool: pool,
            timeout: .seconds(timeout)
        )
    }

    private func finish(_ response: ExecutionResponse) throws {
        let resource = response.resource
        Console.output(Array(resource.standardOutput.utf8))
        Console.error(Array(resource.standardError.utf8))
        if let value = ResultText.of(resource.result) { Console.output(line: value) }
        if resource.status != "Succeeded" { throw ExitCode(1) }
    }
}

internal import ArgumentParser
internal import Client
internal import ClientCommands
internal import Domain
internal import Presentation
internal import ServiceLifecycle
internal import ServiceSettings

/// `cloister up`: a whole cluster on this machine.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a whole cluster on this machine until Ctrl-C.",
        discussion: """
            The first start makes a template of each pool: a guest boots and warms its runtime, which takes \
            about half a minute for Python without KVM. The pools after the first follow while it serves. \
            Later starts find the templates in the cache.
            """
    )

    @Option(help: "The YAML file with the configuration; docs/configuration.md has its keys.")
    var config: String?

    @OptionGroup var overrides: SettingsOptions
    @OptionGroup var sandboxes: SandboxOptions

    @Option(help: "The port of the HTTP API; 0 for one that is free. (default: listen.port, 8080)")
    var port: Int?

    @Option(help: "How many workers, each a process of its own.")
    var workers = 1

    @Option(
        help: """
            How many sandboxes of each pool are kept ready for new sessions, in all workers together. \
            (default: 2 of python, 1 of node and shell)
            """
    )
    var ready: Int?

    @Option(help: ArgumentHelp("The folder for keys and files.", valueName: "dir"))
    var stateDir = StateDirectory.standardPath

    func validate() throws {
        guard (0...65_535).contains(port ?? 0) else {
            throw ValidationError("--port is a number from 0 to 65535.")
        }
        guard (0...1_000).contains(ready ?? 0) else {
            throw ValidationError("--ready is a number from 0 to 1000.")
        }
        guard (1...64).contains(workers) else { throw ValidationError("--workers is a number from 1 to 64.") }
    }

    func run() async throws {
        let state = StateDirectory(path: AbsolutePath.of(stateDir))
        var usedPort = port ?? 0
        do {
            let settings = try overrides.checked(config, for: .up)
            usedPort = port ?? settings.integer(.listenPort)
            let cluster = LocalCluster(
                state: state,
                settings: settings,
                port: usedPort,
                workers: workers,
                readySessions: ready,
                hasNoOpSandboxes: sandboxes.noOpSandbox
            ) { sentence in
                Console.error(line: "cloister: \(sentence)")
            }
            let pools = try settings.coordinatorPools(readySessions: ready)
            let shown = pools.first { $0.name.text == "python" } ?? pools.first
            try await cluster.run { _, url in
                Console.output(line: "ready \(url)")
                if let shown {
                    Console.output(line: Self.example(url: url, keyPath: state.apiKeyPath, pool: shown))
                }
                Console.output(line: "API key: \(state.apiKeyPath)")
                try? await gracefulShutdown()
            }
        } catch {
            Console.error(line: "cloister: \(StartFailure.explained(error, port: usedPort))")
            throw ExitCode.failure
        }
    }

    /// A line that runs as pasted.
    static func example(url: String, keyPath: String, pool: PoolConfiguration) -> String {
        let code = LocalSession.answer(in: pool.runtime).map {
            "\"codeInputType\":\"Inline\",\"executionType\":\"Synchronous\",\"code\":\"\($0)\""
        }
        return
            "curl -sS -H \"Authorization: Bearer $(cat '\(keyPath)')\" -H 'Content-Type: application/json' "
            + "-d '{\(code ?? "\"shellCommand\":\"echo 42\"")}' "
            + "'\(url)/pools/\(pool.name.text)/executions?api-version=2025-10-02-preview&identifier=my-first-session'"
    }
}

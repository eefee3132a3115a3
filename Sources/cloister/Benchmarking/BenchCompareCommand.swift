internal import APIModel
internal import ArgumentParser
internal import Bench
internal import Client
internal import ClientCommands
internal import Domain
internal import FoundationEssentials
internal import Presentation

/// `cloister bench compare`: the cluster beside what a user would take instead.
struct BenchCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures the cluster beside what a user would take instead on this machine.",
        discussion: """
            Example: cloister up --ready 1 & cloister bench compare --json peers.json

            A Jupyter Kernel Gateway with native kernels, a QEMU microVM that boots from cold, and plain python3 -c do \
            the same work in turns with the cluster, so that a noisy machine is noisy for all. `warm` is an execution \
            where one has been before, `tti` goes from nothing to the first result with pandas imported; for the \
            cluster each turn begins two sessions straight after each other, so that with one ready machine the \
            second one is cloned while the client waits. Who needs more than a minute in all is measured less often.

            The peers are in deploy/bench/peers of the sources; their packages are installed once, from PyPI. The cold \
            microVM needs CLOISTER_IMAGE, which ./cloister sets, and busybox-static. Exit codes: 0 measured; 1 \
            something failed; 2 it could not be measured.
            """
    )

    @Option(help: ArgumentHelp("How many executions where one has been before.", valueName: "n"))
    var warmCount = 200

    @Option(help: ArgumentHelp("How many beginnings.", valueName: "n"))
    var ttiCount = 10

    @Option(
        help: ArgumentHelp(
            "An adapter of --peers; may be repeated. (default: all)",
            valueName: "name"
        )
    )
    var peer: [String] = []

    @Option(
        help: ArgumentHelp("The folder with the adapters.", valueName: "dir"),
        completion: .directory
    )
    var peers = "deploy/bench/peers"

    @Option(
        help: ArgumentHelp("Write the result as JSON; - for standard output.", valueName: "file"),
        completion: .file()
    )
    var json: String?

    @OptionGroup(title: "Cluster") var connection: ConnectionOptions
    @OptionGroup(title: "Cluster") var pool: PoolOption

    func validate() throws {
        guard (1...100_000).contains(warmCount), (1...1_000).contains(ttiCount) else {
            throw ValidationError("--warm-count is from 1 to 100000, and --tti-count from 1 to 1000.")
        }
        guard peer.allSatisfy({ !$0.contains("/") }) else {
            throw ValidationError("--peer is the name of a program in the folder of --peers.")
        }
    }

    func run() async throws {
        try await CommandOutcome.report(failingWith: ExitStatus.notDone) { found in
            if let json, json != "-" { try ResultFile.check(json) }
            guard let target = try connection.target(limits: ClientLimits(isMeasuring: true)) else {
                throw Failure(.invalidConfiguration, ConnectionOptions.advice)
            }
            found(target)
            let programs = try await PeerProgram.prepared(in: peers, names: peer)
            let hasFailures = try await target.client.closing { try await compare(programs, target.client) }
            if hasFailures { throw ExitCode(ExitStatus.codeFailed) }
        }
    }

    private func compare(_ programs: [PeerProgram], _ client: CloisterClient) async throws -> Bool {
        var machine = MachineDescription(version: ProductVersion.text)
        let version = try await client.version().version
        machine.serverVersion = version
        let target = BenchTarget(
            client: client,
            pool: try pool.name(connection),
            language: .python,
            timeout: .seconds(60)
        )
        let options = PeerComparison.Options(warmCount: warmCount, interactiveCount: ttiCount)
        let comparison = PeerComparison(target, options, version: version)
        let results = try await withThrowingTaskGroup(of: PeerResults?.self) { group in
            group.addTask { try await comparison.run(programs) }
            group.addTask {
                await ProgressDisplay().run { "comparing: \(Int(await comparison.progress * 100)) %" }
                return nil
            }
            group.addTask {
                await BenchRunCommand.interruption()
                try Task.checkCancellation()
                throw ExitCode(ExitStatus.interrupted)
            }
            defer { group.cancelAll() }
            while let next = try await group.next() { if let results = next { return results } }
            throw CancellationError()
        }
        let ended = Timestamp(epochMilliseconds: UInt64(Date().timeIntervalSince1970 * 1_000)).text
        let document = PeerDocument(results, machine: machine, endedAt: ended)
        let bytes = try document.encoded()
        if let json, json != "-" { try ResultFile.write(bytes, to: json) }
        if json == "-" {
            try Console.deliver(bytes)
        } else {
            for line in document.table(.of(1)) { try Console.deliver((line + "\n").utf8) }
        }
        return results.hasFailures
    }
}

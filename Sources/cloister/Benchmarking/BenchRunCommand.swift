internal import APIModel
internal import ArgumentParser
internal import Bench
internal import Client
internal import ClientCommands
internal import Domain
internal import FoundationEssentials
internal import Presentation
internal import UnixSignals

extension ScenarioName: ExpressibleByArgument {}
extension Language: ExpressibleByArgument {}

/// `cloister bench run`: measures one scenario.
struct BenchRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measures one scenario; `run` may be left out.",
        discussion: """
            Examples:
              cloister bench warm --clients 4 --duration 30
              cloister bench warm --rate 100 --ramp 5 --json warm.json --html warm.html
              cloister bench warm --find-knee --sessions 4 --max-p99 100
              cloister bench tti --mode burst --count 50
              cloister bench warm --compare before.json --bound p50=1.1 --bound errors=0
              cloister bench --compare before.json after.json --bound rate=0.9

            Ctrl-C ends the measurement: what was measured until then is shown, and the sessions that it made are \
            ended. Exit codes: 0 measured; 1 more operations failed than --max-errors allows, or a bound is broken; 2 it could not be \
            measured; 130 after Ctrl-C. docs/benchmarks.md says what the figures mean.
            """
    )

    @Argument(help: "What to measure; may be left out with --compare.")
    var scenario: ScenarioName?

    @OptionGroup(title: "Load") var load: BenchLoadOptions
    @OptionGroup(title: "Result") var report: BenchReportOptions
    @OptionGroup(title: "Comparison") var comparison: BenchComparisonOptions
    @OptionGroup(title: "Cluster") var connection: ConnectionOptions
    @OptionGroup(title: "Cluster") var pool: PoolOption

    @Option(
        help: ArgumentHelp(
            "The API key itself; other users of this machine may see it, so prefer a file.",
            valueName: "key"
        )
    )
    var apiKey: String?

    @Option(help: "In what the pool's sandboxes compute. (default: by the pool's name, else python)")
    var language: Language?

    @Option(help: ArgumentHelp("How long an execution may take, in seconds.", valueName: "seconds"))
    var timeout = 60

    @Option(
        help: ArgumentHelp(
            "A process of the cluster on this machine, looked at with all that it starts; may be repeated. (default: "
                + "what listens at the cluster's address)",
            valueName: "pid"
        )
    )
    var pid: [Int32] = []

    @Option(
        help: ArgumentHelp(
            "A folder whose files are counted; may be repeated. (default: the local cluster's state)",
            valueName: "dir"
        ),
        completion: .directory
    )
    var folder: [String] = []

    @Option(
        help: ArgumentHelp(
            "How many processes on this machine share the load; 1 is this one alone.",
            valueName: "n"
        )
    )
    var agents = 1

    @Option(
        help: ArgumentHelp(
            "A command that starts a process which shares the load, such as 'ssh box2 cloister bench agent'; may be "
                + "repeated.",
            valueName: "command"
        )
    )
    var agent: [String] = []

    func validate() throws {
        guard scenario != nil || comparison.compare.count > 1 else {
            throw ValidationError("Name a scenario, or two results at least with --compare.")
        }
        guard (1...64).contains(agents), agent.count <= 64 else {
            throw ValidationError("--agents is from 1 to 64, and there are no more --agent than 64.")
        }
        guard !isShared || !load.findKnee else {
            throw ValidationError("--find-knee is for one process: leave --agents and --agent out.")
        }
        guard (1...3_600).contains(timeout) else { throw ValidationError("--timeout is from 1 to 3600.") }
    }

    func run() async throws {
        try await CommandOutcome.report(failingWith: ExitStatus.notDone) { found in
            guard let scenario else { return try comparison.deliver() }
            let options = try load.options(for: scenario)
            try report.check()
            try comparison.check()
            let limits = ClientLimits(
                silence: .seconds(timeout + 60),
                connections: options.plan.lanes + 16,
                isMeasuring: true
            )
            guard let target = try connection.target(limits: limits, apiKey: apiKey) else {
                throw Failure(.invalidConfiguration, ConnectionOptions.advice)
            }
            found(target)
            let document = try await target.client.closing { try await measure(options, target) }
            try report.deliver(document)
            if document.wasInterrupted { throw ExitCode(ExitStatus.interrupted) }
            try comparison.deliver(with: try document.encoded())
            if document.failedShare * 100 > load.maxErrors || document.isEmpty {
                throw ExitCode(ExitStatus.codeFailed)
            }
        }
    }

    private var isShared: Bool { agents > 1 || !agent.isEmpty }

    private func measure(_ options: BenchOptions, _ cluster: Target) async throws -> ResultDocument {
        let client = cluster.client
        let pool = try pool.name(connection, apiKey: apiKey)
        let language = language ?? .usual(of: pool)
        var machine = MachineDescription(version: ProductVersion.text)
        machine.serverVersion = try await client.version().version
        // Only operators of all pools may see the nodes.
        machine.workers = try? await client.nodes().count { $0.role == "worker" }
        let probe = try probe(client.baseURL)
        let (processes, outcome) =
            isShared
            ? try await share(options, cluster, pool, language, probe)
            : (1, try await alone(options, client, pool, language, probe))
        return ResultDocument(
            outcome,
            scenario: options.scenario,
            parameters: BenchParameters(
                options,
                url: client.baseURL,
                pool: pool,
                language: language,
                processes: processes
            ),
            machine: machine,
            endedAt: Timestamp(epochMilliseconds: UInt64(Date().timeIntervalSince1970 * 1_000)).text
        )
    }

    private func alone(
        _ options: BenchOptions,
        _ client: CloisterClient,
        _ pool: String,
        _ language: Language,
        _ probe: ResourceProbe?
    ) async throws -> BenchRun.Outcome {
        let target = BenchTarget(client: client, pool: pool, language: language, timeout: .seconds(timeout))
        let run = BenchRun(options, target: target, probe: probe)
        return try await Self.showing({ await run.progress }) { try await run.run(until: Self.interruption) }
    }

    private func share(
        _ options: BenchOptions,
        _ cluster: Target,
        _ pool: String,
        _ language: Language,
        _ probe: ResourceProbe?
    ) async throws -> (Int, BenchRun.Outcome) {
        // With --agent alone nothing is made here.
        let here = agents > 1 || agent.isEmpty ? agents : 0
        let commands: [String?] = Array(repeating: nil, count: here) + agent
        let parts = commands.enumerated().compactMap { index, command -> BenchAgents.Part? in
            guard let share = options.share(index, of: commands.count) else { return nil }
            let job = AgentJob(
                url: cluster.client.baseURL,
                apiKey: cluster.apiKey,
                certificatesPath: cluster.certificatesPath,
                pool: pool,
                language: language,
                timeoutSeconds: timeout,
                options: share
            )
            return BenchAgents.Part(job: job, command: command)
        }
        let crowd = AgentCrowd(count: parts.count + 1, plan: options.plan)
        let agents = BenchAgents(parts: parts, probe: probe, crowd: crowd)
        let outcome = try await Self.showing({ await crowd.progress }) {
            try await agents.run(until: Self.interruption)
        }
        return (parts.count, outcome)
    }

    private static func showing(
        _ progress: @escaping @Sendable () async -> BenchRun.Progress,
        _ work: () async throws -> BenchRun.Outcome
    ) async throws -> BenchRun.Outcome {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await ProgressDisplay().run { ProgressText.line(await progress()) } }
            let outcome: BenchRun.Outcome
            do { outcome = try await work() } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
            return outcome
        }
    }

    private func probe(_ url: String) throws -> ResourceProbe? {
        let roots = pid.isEmpty ? ResourceProbe.server(at: url).map { [$0] } ?? [] : pid
        guard !roots.isEmpty else { return nil }
        let isLocal = try connection.isLocal(apiKey: apiKey)
        let folders = folder.isEmpty && isLocal ? [connection.state.path] : folder
        return ResourceProbe(roots: Set(roots), folders: folders)
    }

    /// Waits for Ctrl-C, or until it is cancelled.
    @Sendable static func interruption() async {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
    }
}

internal import ArgumentParser
internal import Bench
internal import Client
internal import ClientCommands
internal import Presentation

/// `cloister bench agent`: a part of a load, for a `cloister bench` elsewhere.
struct BenchAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Makes a part of a load for a cloister bench that has started it with --agent.",
        discussion: """
            It is told on standard input what to do, and tells on standard output what it has measured; the end of \
            its input ends it.
            """
    )

    func run() async throws {
        do {
            try await work()
        } catch {
            try Self.tell(.trouble("\(error)"))
            throw ExitCode(ExitStatus.notDone)
        }
    }

    private func work() async throws {
        let input = try LineInput()
        guard let line = await input.next(),
            case .job(let job)? = AgentLine.message(AgentOrder.self, in: line)
        else { throw BenchConfigurationError("There is no job on standard input.") }
        let client = try CloisterClient(
            baseURL: job.url,
            apiKey: job.apiKey,
            certificatesPath: job.certificatesPath,
            limits: ClientLimits(
                silence: .seconds(job.timeoutSeconds + 60),
                connections: job.options.plan.lanes + 16,
                isMeasuring: true
            )
        )
        let target = BenchTarget(
            client: client,
            pool: job.pool,
            language: job.language,
            timeout: .seconds(job.timeoutSeconds)
        )
        let run = BenchRun(job.options, target: target, probe: nil)
        try await client.closing {
            let outcome = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try Self.tell(.glance(await run.progress.glance))
                    }
                }
                defer { group.cancelAll() }
                return try await Self.measure(run, input)
            }
            try Self.tell(.recording(outcome.recording))
        }
    }

    private static func measure(_ run: BenchRun, _ input: LineInput) async throws -> BenchRun.Outcome {
        let (starts, starter) = AsyncStream.makeStream(of: Void.self)
        return try await run.run {
            try tell(.ready)
            for await _ in starts { return }
            throw CancellationError()
        } until: {
            // Only one reads: what comes is the start, and the end of the input is the end of the work.
            while let line = await input.next() {
                if case .go? = AgentLine.message(AgentOrder.self, in: line) { starter.yield() }
            }
            starter.finish()
        }
    }

    private static func tell(_ report: AgentReport) throws {
        try Console.deliver(try AgentLine.bytes(of: report))
    }
}

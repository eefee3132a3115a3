internal import Bench
internal import FoundationEssentials
internal import Glibc
internal import Subprocess

/// The processes that make a load together, each told what to do on its standard input.
struct BenchAgents {
    /// How long an agent may take to end its sessions when it is broken off.
    private static let patience: Duration = .seconds(70)
    /// Room for the last line, which has whole histograms in it: each of 900 slots has a few thousand numbers at most.
    private static let lineBytesMax = 64 << 20

    /// A process and its part of the load.
    struct Part {
        /// What it does.
        let job: AgentJob
        /// The command that starts it; nil for this program on this machine.
        let command: String?
    }

    /// The processes.
    let parts: [Part]
    /// Looks at the cluster's processes on this machine; nil when there are none.
    let probe: ResourceProbe?
    /// Where all that they tell is gathered; it waits for one more than there are processes: for us.
    let crowd: AgentCrowd

    private enum Event: Sendable {
        case stopped
        case ended(ResourceSeries?)
    }

    /// Has them measure.
    ///
    /// - Parameter stopped: returns when the measurement is to be broken off; it is cancelled in the end.
    /// - Returns: what they have measured together.
    /// - Throws: why one of them measures nothing.
    func run(until stopped: @escaping @Sendable () async -> Void) async throws -> BenchRun.Outcome {
        let stops = parts.map { _ in AsyncStream.makeStream(of: Void.self) }
        return try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                await stopped()
                return .stopped
            }
            group.addTask { .ended(try await measure(stops.map(\.stream))) }
            defer { group.cancelAll() }
            var wasInterrupted = false
            while let event = try await group.next() {
                switch event {
                case .stopped:
                    wasInterrupted = true
                    for stop in stops { stop.continuation.finish() }
                case .ended(let resources):
                    return await crowd.outcome(resources: resources, wasInterrupted: wasInterrupted)
                }
            }
            throw CancellationError()
        }
    }

    private func measure(_ stops: [AsyncStream<Void>]) async throws -> ResourceSeries? {
        try await withThrowingTaskGroup(of: ResourceSeries?.self) { group in
            group.addTask {
                await crowd.ready()
                return await probe?.run()
            }
            try await withThrowingTaskGroup(of: Void.self) { agents in
                for (index, part) in parts.enumerated() {
                    agents.addTask { try await run(part, index, stops[index]) }
                }
                try await agents.waitForAll()
            }
            group.cancelAll()
            return try await group.next() ?? nil
        }
    }

    private func run(_ part: Part, _ index: Int, _ stop: AsyncStream<Void>) async throws {
        var options = PlatformOptions()
        // Ctrl-C on the terminal is for us, who tell them.
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.patience)]
        // Not the link's target: this very program, also when a new build has replaced it meanwhile.
        let own = "exec /proc/\(getpid())/exe bench agent"
        let job = try AgentLine.bytes(of: AgentOrder.job(part.job))
        let result = try await Subprocess.run(
            .name("sh"),
            arguments: ["-c", part.command ?? own],
            platformOptions: options,
            input: .inputWriter,
            output: .sequence,
            error: .currentStandardError
        ) { execution in
            let writer = execution.standardInputWriter
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in stop {}
                    if !Task.isCancelled { try await writer.finish() }
                }
                defer { group.cancelAll() }
                // One that has ended already tells more by what it wrote than by not listening.
                _ = try? await writer.write(job)
                let lines = execution.standardOutput.strings(
                    bufferingPolicy: .maxLineLength(Self.lineBytesMax)
                )
                for try await line in lines {
                    if try await took(line, index, writer) { return true }
                }
                return false
            }
        }
        guard result.closureResult else {
            throw BenchConfigurationError(
                "Agent \(index + 1) ended without a result (\(result.terminationStatus))."
            )
        }
    }

    /// Does what a line of an agent wants.
    ///
    /// - Returns: whether it was the last.
    private func took(_ line: String, _ index: Int, _ writer: StandardInputWriter) async throws -> Bool {
        switch AgentLine.message(AgentReport.self, in: Array(line.utf8)) {
        case .ready?:
            await crowd.ready()
            _ = try? await writer.write(try AgentLine.bytes(of: AgentOrder.go))
            return false
        case .glance(let glance)?:
            await crowd.took(glance, from: index)
            return false
        case .recording(let recording)?:
            await crowd.took(recording)
            try await writer.finish()
            return true
        case .trouble(let sentence)?:
            throw BenchConfigurationError("Agent \(index + 1): \(sentence)")
        case nil: throw BenchConfigurationError("Agent \(index + 1) does not tell what an agent tells.")
        }
    }
}

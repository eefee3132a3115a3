internal import ArgumentParser
internal import Bench
internal import ClientCommands
internal import FoundationEssentials

/// What load `cloister bench` makes.
struct BenchLoadOptions: ParsableArguments {
    /// How `tti` begins sessions.
    enum Mode: String, CaseIterable, ExpressibleByArgument {
        case sequential, staggered, burst
    }

    @Option(
        help: ArgumentHelp(
            "Closed loop: how many clients wait for one answer after the other.",
            valueName: "n"
        )
    )
    var clients: Int?

    @Option(
        help: ArgumentHelp(
            "Open loop: how many operations begin each second; latency counts from when each should begin.",
            valueName: "per-second"
        )
    )
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "How long to measure, in seconds. (default: 10, for soak 900)",
            valueName: "seconds"
        )
    )
    var duration: Double?

    @Option(help: ArgumentHelp("How many operations to measure, instead of a time.", valueName: "n"))
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "How long not to measure at first, in seconds. (default: 1, and 0 for new sessions or a count)",
            valueName: "seconds"
        )
    )
    var warmUp: Double?

    @Option(help: ArgumentHelp("Until when the load rises to all of it, in seconds.", valueName: "seconds"))
    var ramp = 0.0

    @Option(
        help: ArgumentHelp("What a client waits before each operation, in milliseconds.", valueName: "ms")
    )
    var pause = 0.0

    @Option(help: "tti: one after the other, at equal distances, or all at once.")
    var mode: Mode = .sequential

    @Option(help: ArgumentHelp("tti: the distance of --mode staggered, in milliseconds.", valueName: "ms"))
    var stagger = 200.0

    @Option(
        help: ArgumentHelp(
            "How many sessions executions are spread over. (default: one for each client; 2 with --rate)",
            valueName: "n"
        )
    )
    var sessions: Int?

    @Option(help: ArgumentHelp("The most operations of an open loop that are under way.", valueName: "n"))
    var inFlight = 256

    @Option(help: ArgumentHelp("How large files are, in bytes.", valueName: "bytes"))
    var fileSize = 64 << 10

    @Option(
        help: ArgumentHelp("mixed, soak: a YAML file with weights, such as `warm: 80`.", valueName: "file"),
        completion: .file()
    )
    var weights: String?

    @Flag(
        help: "Raise --rate (10 at first) until a bound breaks; the result is the greatest rate that holds."
    )
    var findKnee = false

    @Option(
        help: ArgumentHelp("--find-knee: the greatest 99th percentile, in milliseconds.", valueName: "ms")
    )
    var maxP99 = 1_000.0

    @Option(
        help: ArgumentHelp(
            "The greatest share of operations that may fail, in percent; beyond it the exit code is 1.",
            valueName: "percent"
        )
    )
    var maxErrors = 0.0

    func validate() throws {
        guard clients == nil || rate == nil else {
            throw ValidationError("--clients is a closed loop and --rate an open one; give one of them.")
        }
        guard duration == nil || count == nil else {
            throw ValidationError("--duration and --count both end the load; give one of them.")
        }
        let positive: [(String, Double?)] = [
            ("--clients", clients.map(Double.init)), ("--rate", rate), ("--duration", duration),
            ("--count", count.map(Double.init)), ("--stagger", stagger),
            ("--sessions", sessions.map(Double.init)),
            ("--in-flight", Double(inFlight)), ("--file-size", Double(fileSize)), ("--max-p99", maxP99),
        ]
        for (name, value) in positive {
            guard let value else { continue }
            guard value > 0, value <= 1e9 else { throw ValidationError("\(name) is greater than 0.") }
        }
        let other: [(String, Double?)] = [
            ("--warm-up", warmUp), ("--ramp", ramp), ("--pause", pause), ("--max-errors", maxErrors),
        ]
        for (name, value) in other where !(0...1e9).contains(value ?? 0) {
            throw ValidationError("\(name) is not below 0.")
        }
        guard (clients ?? 1) <= 10_000, (sessions ?? 1) <= 10_000, inFlight <= 10_000, fileSize <= 128 << 20
        else {
            throw ValidationError(
                "More than 10000 clients or sessions, or files beyond 128 MiB, are not made."
            )
        }
    }

    /// What is asked for.
    ///
    /// - Parameter scenario: what is measured.
    /// - Returns: it as the engine takes it.
    /// - Throws: what is wrong with it.
    func options(for scenario: ScenarioName) throws -> BenchOptions {
        let beginsSessions = scenario == .tti || scenario == .churn
        let plan = LoadPlan(
            pace: try pace(for: scenario),
            limit: limit(for: scenario),
            warmUp: .seconds(warmUp ?? (beginsSessions || count != nil ? 0 : 1)),
            ramp: .seconds(ramp),
            pause: .milliseconds(pause),
            inFlight: inFlight
        )
        return BenchOptions(
            scenario: scenario,
            plan: plan,
            sessions: sessions ?? (rate == nil && !findKnee ? clients ?? 1 : 2),
            fileBytes: fileSize,
            weights: try weights.map(Self.readWeights) ?? .standard,
            knee: findKnee
                ? KneeOptions(firstRate: rate ?? 10, p99Milliseconds: maxP99, failedShare: maxErrors / 100)
                : nil
        )
    }

    private func pace(for scenario: ScenarioName) throws -> LoadPlan.Pace {
        if scenario == .tti, mode != .sequential {
            guard clients == nil, rate == nil, !findKnee else {
                throw ValidationError("--mode \(mode.rawValue) says itself when sessions begin.")
            }
            return mode == .burst ? .burst : .rate(1_000 / stagger)
        }
        return rate.map { .rate($0) } ?? .clients(clients ?? 1)
    }

    private func limit(for scenario: ScenarioName) -> LoadPlan.Limit {
        if let count { return .count(count) }
        // A burst has no duration: it is over when all have answered.
        if scenario == .tti, mode == .burst { return .count(10) }
        return .duration(.seconds(duration ?? (scenario == .soak ? 900 : 10)))
    }

    private static func readWeights(_ path: String) throws -> MixWeights {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 64 << 10 else {
            throw BenchConfigurationError("The file \(path) cannot be read, or is longer than 64 KiB.")
        }
        return try MixWeights(yaml: String(decoding: data, as: UTF8.self))
    }
}

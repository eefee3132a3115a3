internal import FoundationEssentials

/// What a measurement has brought, for programs; docs/benchmarks.md says what its members mean.
package struct ResultDocument: Hashable, Sendable, Codable {
    /// The version of the document's schema: members are added, and never get another meaning.
    package static let currentVersion = 1

    /// How the operations ended.
    package struct Counts: Hashable, Sendable, Codable {
        let operations: Int
        let succeeded: Int
        let failed: Int
        let byStatus: [String: Int]
        let byCode: [String: Int]

        private enum CodingKeys: String, CodingKey {
            case operations, succeeded, failed
            case byStatus = "by_status"
            case byCode = "by_code"
        }
    }

    /// What happened within a slot of time.
    package struct Point: Hashable, Sendable, Codable {
        let at: Double
        let rate: Double
        let succeeded: Int
        let failed: Int
        let p50: Double?
        let p99: Double?

        private enum CodingKeys: String, CodingKey {
            case rate, succeeded, failed
            case at = "at_s"
            case p50 = "p50_ms"
            case p99 = "p99_ms"
        }
    }

    /// The version of the schema.
    let version: Int
    /// The scenario's name.
    package let scenario: String
    /// When the measurement ended, as RFC 3339.
    let endedAt: String
    /// What was asked for.
    package let parameters: BenchParameters
    /// On what was measured.
    package let machine: MachineDescription
    /// Whether the measurement was broken off.
    package let wasInterrupted: Bool
    /// How long the measurement took until its last answer, in seconds.
    let seconds: Double
    /// Operations that succeeded in a second.
    let rate: Double
    /// How the operations ended.
    let counts: Counts
    /// Latencies of the operations that succeeded; nil when none did.
    let latency: LatencySummary?
    /// Parts of operations as the client saw them, by name.
    let parts: [String: LatencySummary]
    /// Stages as the server told them, by name.
    let stages: [String: LatencySummary]
    /// How late operations began.
    let lag: LatencySummary?
    /// What happened when.
    let timeline: [Point]
    /// Each recorded latency in microseconds with its count.
    let histogram: [[UInt64]]
    /// An example for each code of failures.
    let failures: [String: String]
    /// What the local processes took; nil when there are none.
    let resources: ResourceSummary?
    /// How the knee was found; nil when it was not looked for.
    let knee: KneeFinding?

    private enum CodingKeys: String, CodingKey {
        case version, scenario, parameters, machine, counts, timeline, failures, resources, knee
        case endedAt = "ended_at"
        case wasInterrupted = "was_interrupted"
        case seconds = "duration_s"
        case rate = "rate_per_s"
        case latency = "latency_ms"
        case parts = "parts_ms"
        case stages = "stages_ms"
        case lag = "start_lag_ms"
        case histogram = "histogram_us"
    }

    /// Writes down what a measurement has brought.
    ///
    /// - Parameters:
    ///   - outcome: what it has brought.
    ///   - scenario: what was measured.
    ///   - parameters: what was asked for.
    ///   - machine: on what was measured.
    ///   - endedAt: when it ended, as RFC 3339.
    package init(
        _ outcome: BenchRun.Outcome,
        scenario: ScenarioName,
        parameters: BenchParameters,
        machine: MachineDescription,
        endedAt: String
    ) {
        let recording = outcome.recording
        version = Self.currentVersion
        self.scenario = scenario.rawValue
        self.endedAt = endedAt
        self.parameters = parameters
        self.machine = machine
        wasInterrupted = outcome.wasInterrupted
        seconds = recording.seconds
        rate = recording.rate
        counts = Counts(
            operations: recording.succeeded + recording.failed,
            succeeded: recording.succeeded,
            failed: recording.failed,
            byStatus: recording.statuses,
            byCode: recording.codes
        )
        latency = recording.latency.summary
        parts = recording.parts.compactMapValues(\.summary)
        stages = recording.stages.compactMapValues(\.summary)
        lag = recording.lag.summary
        timeline = Self.points(recording.timeline, until: recording.seconds)
        histogram = recording.latency.pairs
        failures = recording.examples
        resources = outcome.resources?.summary
        knee = outcome.knee
    }

    private static func points(_ timeline: Timeline, until end: Double) -> [Point] {
        timeline.slots.enumerated().map { place, slot in
            let begin = Double(place * timeline.secondsPerSlot)
            // The last slot ends with the measurement.
            let length = max(0.001, min(Double(timeline.secondsPerSlot), end - begin))
            let hasTimes = slot.latency.count > 0
            return Point(
                at: begin,
                rate: Double(slot.succeeded) / length,
                succeeded: slot.succeeded,
                failed: slot.failed,
                p50: hasTimes ? slot.latency.milliseconds(at: 50) : nil,
                p99: hasTimes ? slot.latency.milliseconds(at: 99) : nil
            )
        }
    }

    /// The share of operations that failed, from 0 to 1.
    package var failedShare: Double {
        counts.operations == 0 ? 0 : Double(counts.failed) / Double(counts.operations)
    }

    /// Whether nothing succeeded.
    package var isEmpty: Bool { counts.succeeded == 0 }

    /// The document as JSON, its members sorted by name.
    ///
    /// - Returns: UTF-8 with the end of its last line.
    /// - Throws: when a figure is not finite, which none is known for.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads a document.
    ///
    /// - Parameter json: the JSON.
    /// - Returns: the document.
    /// - Throws: ``BenchConfigurationError`` when it is none.
    package static func decoded(_ json: [UInt8]) throws -> Self {
        guard let document = try? JSONDecoder().decode(Self.self, from: Data(json)),
            document.version <= currentVersion
        else {
            throw BenchConfigurationError("This is no result of `cloister bench` that this version knows.")
        }
        return document
    }
}

/// All that was measured; recordings of several processes add up to one.
package struct Recording: Sendable, Codable {
    /// How many kinds of failure keep an example.
    private static let examplesMax = 20

    /// Latencies of the operations that succeeded, from when they should have begun.
    private(set) var latency = LatencyRecord()
    /// How late operations began, which is this program's fault or that of a full open loop.
    private(set) var lag = LatencyRecord()
    /// Parts of operations, by name.
    private(set) var parts: [String: LatencyRecord] = [:]
    /// Stages on the server, by name.
    private(set) var stages: [String: LatencyRecord] = [:]
    /// How many operations ended with an HTTP status; `none` when there was no answer.
    private(set) var statuses: [String: Int] = [:]
    /// How many operations failed, by code.
    private(set) var codes: [String: Int] = [:]
    /// The first failure of each code, as a sentence.
    private(set) var examples: [String: String] = [:]
    /// What happened when.
    private(set) var timeline = Timeline()
    /// When the last operation was over, in seconds from the measurement's beginning.
    private(set) var seconds = 0.0

    /// How many operations succeeded.
    var succeeded: Int { latency.count }
    /// How many operations failed.
    var failed: Int { codes.values.reduce(0, +) }
    /// The share of operations that failed, from 0 to 1.
    var failedShare: Double { failed == 0 ? 0 : Double(failed) / Double(succeeded + failed) }
    /// Operations that succeeded in a second.
    var rate: Double { seconds > 0 ? Double(succeeded) / seconds : 0 }

    /// Adds an operation.
    ///
    /// - Parameter sample: the operation.
    mutating func add(_ sample: Sample) {
        seconds = max(seconds, sample.ended / .seconds(1))
        lag.add(sample.begun - sample.intended)
        switch sample.result {
        case .success(let observation):
            latency.add(sample.latency)
            statuses["200", default: 0] += 1
            timeline.add(ended: sample.ended, latency: sample.latency)
            for (name, time) in observation.parts { parts[name, default: LatencyRecord()].add(time) }
            for (name, milliseconds) in observation.stages {
                stages[name, default: LatencyRecord()].add(.milliseconds(milliseconds))
            }
        case .failure(let failure):
            add(failure, times: 1)
            timeline.add(ended: sample.ended, latency: nil)
        }
    }

    /// Adds operations that failed alike.
    ///
    /// - Parameters:
    ///   - failure: why they failed.
    ///   - times: how many they are.
    mutating func add(_ failure: BenchFailure, times: Int) {
        guard times > 0 else { return }
        statuses[failure.status.map(String.init) ?? "none", default: 0] += times
        codes[failure.code, default: 0] += times
        if examples[failure.code] == nil, examples.count < Self.examplesMax {
            examples[failure.code] = failure.message
        }
    }

    /// Adds what was measured elsewhere at the same time.
    ///
    /// - Parameter other: what was measured there.
    mutating func add(_ other: Self) {
        latency.add(other.latency)
        lag.add(other.lag)
        timeline.add(other.timeline)
        parts.merge(other.parts) { $0.adding($1) }
        stages.merge(other.stages) { $0.adding($1) }
        statuses.merge(other.statuses, uniquingKeysWith: +)
        codes.merge(other.codes, uniquingKeysWith: +)
        examples.merge(other.examples) { first, _ in first }
        seconds = max(seconds, other.seconds)
    }
}

extension LatencyRecord {
    fileprivate func adding(_ other: Self) -> Self {
        var sum = self
        sum.add(other)
        return sum
    }
}

internal import Synchronization

/// The metrics of a process.
///
/// What happens often is observed through counters and histograms, which cost a lock that is held for a look into a
/// table. What is a state is asked for only when somebody scrapes.
package final class MetricRegistry: Sendable {
    /// Tells metrics when somebody looks.
    package typealias Collector = @Sendable () async -> [MetricFamily]

    private struct State {
        var names: Set<String> = []
        var instruments: [@Sendable () -> MetricFamily] = []
        var collectors: [Collector] = []
    }

    private let state = Mutex(State())

    /// Makes a registry without metrics.
    package init() {}

    /// Makes a counter.
    ///
    /// - Parameters:
    ///   - name: its name, with its unit and `_total`; no other instrument has it.
    ///   - help: what it counts, in a sentence.
    ///   - labels: the names of its labels.
    ///   - seriesMax: how many series it has at most; what comes later is counted as `other`.
    /// - Returns: the counter.
    package func counter(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        seriesMax: Int = 256
    ) -> MetricCounter {
        let counter = MetricCounter(
            MetricDescription(name: name, help: help, labels: labels, seriesMax: seriesMax)
        )
        register(name) { counter.family }
        return counter
    }

    /// Makes a histogram of durations.
    ///
    /// - Parameters:
    ///   - name: its name, which ends with `_seconds`; no other instrument has it.
    ///   - help: what took how long, in a sentence.
    ///   - labels: the names of its labels.
    ///   - seriesMax: how many series it has at most; what comes later is counted as `other`.
    ///   - bounds: its bounds in seconds, the least first.
    /// - Returns: the histogram.
    package func histogram(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        seriesMax: Int = 256,
        bounds: [Double] = MetricHistogram.secondsBounds
    ) -> MetricHistogram {
        let histogram = MetricHistogram(
            MetricDescription(name: name, help: help, labels: labels, seriesMax: seriesMax),
            bounds: bounds
        )
        register(name) { histogram.family }
        return histogram
    }

    /// Has somebody asked whenever metrics are wanted.
    ///
    /// - Parameter collector: tells them.
    package func collect(_ collector: @escaping Collector) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// All metrics there are now, in Prometheus' text format, version 0.0.4.
    ///
    /// - Returns: the text.
    package func text() async -> String {
        let (instruments, collectors) = state.withLock { ($0.instruments, $0.collectors) }
        var families: [String: MetricFamily] = [:]
        var all = instruments.map { $0() }
        for collector in collectors { all += await collector() }
        for family in all {
            families[family.name] = families[family.name].map { $0.merged(with: family) } ?? family
        }
        return MetricText.of(families.values.sorted { $0.name < $1.name })
    }

    private func register(_ name: String, _ family: @escaping @Sendable () -> MetricFamily) {
        state.withLock { state in
            precondition(state.names.insert(name).inserted, "two instruments have the name \(name)")
            state.instruments.append(family)
        }
    }
}

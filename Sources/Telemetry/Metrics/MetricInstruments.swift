internal import Synchronization

/// A number that only grows, by labels.
package final class MetricCounter: Sendable {
    private let description: MetricDescription
    private let series: Mutex<MetricSeries<Double>>

    init(_ description: MetricDescription) {
        self.description = description
        series = Mutex(MetricSeries(most: description.seriesMax))
    }

    /// Adds something.
    ///
    /// - Parameters:
    ///   - amount: how much, in the counter's unit; not less than 0.
    ///   - labels: the values of the labels, in the order of their names.
    package func add(_ amount: Double = 1, _ labels: String...) {
        precondition(amount >= 0, "a counter only grows")
        precondition(labels.count == description.labels.count, description.name)
        series.withLock { $0.update(labels, from: 0) { $0 += amount } }
    }

    var family: MetricFamily {
        let samples = series.withLock(\.inOrder).map {
            description.sample(labels: $0.labels, value: $0.value)
        }
        return MetricFamily(description.name, description.help, .counter, samples: samples)
    }
}

/// How long something took, by labels: how often not longer than each of a few bounds.
package final class MetricHistogram: Sendable {
    /// From half a millisecond to the longest that a request may take.
    package static let secondsBounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 240,
    ]

    private struct Distribution: Sendable {
        /// How many values fell between a bound and the one before; the last are those above all.
        var counts: [UInt64]
        var sum: Double
    }

    private let description: MetricDescription
    private let bounds: [Double]
    private let series: Mutex<MetricSeries<Distribution>>

    init(_ description: MetricDescription, bounds: [Double]) {
        self.description = description
        self.bounds = bounds
        series = Mutex(MetricSeries(most: description.seriesMax))
    }

    /// Takes note of a duration.
    ///
    /// - Parameters:
    ///   - duration: how long it took.
    ///   - labels: the values of the labels, in the order of their names.
    package func observe(_ duration: Duration, _ labels: String...) {
        precondition(labels.count == description.labels.count, description.name)
        let seconds = max(0, duration / .seconds(1))
        let place = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        series.withLock { series in
            series.update(
                labels,
                from: Distribution(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0)
            ) { distribution in
                distribution.counts[place] += 1
                distribution.sum += seconds
            }
        }
    }

    var family: MetricFamily {
        var samples: [MetricFamily.Sample] = []
        for (labels, distribution) in series.withLock(\.inOrder) {
            var total: UInt64 = 0
            for (count, bound) in zip(distribution.counts, bounds + [.infinity]) {
                total += count
                samples.append(
                    description.sample(
                        "_bucket",
                        labels: labels,
                        value: Double(total),
                        also: MetricFamily.Label(name: "le", value: MetricText.number(bound))
                    )
                )
            }
            samples.append(description.sample("_sum", labels: labels, value: distribution.sum))
            samples.append(description.sample("_count", labels: labels, value: Double(total)))
        }
        return MetricFamily(description.name, description.help, .histogram, samples: samples)
    }
}

/// What is known of a metric before anything is observed.
struct MetricDescription: Sendable {
    let name: String
    let help: String
    let labels: [String]
    let seriesMax: Int

    func sample(
        _ suffix: String = "",
        labels values: [String],
        value: Double,
        also last: MetricFamily.Label? = nil
    ) -> MetricFamily.Sample {
        let named = zip(labels, values).map { MetricFamily.Label(name: $0, value: $1) }
        return MetricFamily.Sample(suffix: suffix, labels: named + [last].compactMap(\.self), value: value)
    }
}

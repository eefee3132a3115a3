/// The values of a scrape, as far as they are well formed.
struct MetricSamples: Sendable {
    private struct Sample: Sendable {
        let labels: [String: String]
        let value: Double
    }

    private var samples: [String: [Sample]] = [:]

    /// Reads Prometheus' text; what is not understood is left out.
    ///
    /// - Parameter text: the text.
    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...])
            else {
                continue
            }
            let series = line[..<space]
            let brace = series.firstIndex(of: "{") ?? series.endIndex
            let labels = Self.labels(series[brace...])
            samples[String(series[..<brace]), default: []].append(Sample(labels: labels, value: value))
        }
    }

    /// The sum of a metric's series.
    ///
    /// - Parameters:
    ///   - name: the metric.
    ///   - labels: the labels that a series has to have.
    /// - Returns: the sum; 0 when there is no such series.
    func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
        matching(name, labels).reduce(0) { $0 + $1.value }
    }

    /// All values of a label.
    ///
    /// - Parameters:
    ///   - label: the label.
    ///   - name: the metric.
    /// - Returns: the values, in their order.
    func values(of label: String, in name: String) -> [String] {
        Set((samples[name] ?? []).compactMap { $0.labels[label] }).sorted()
    }

    /// How many durations lay below a bound that was passed by a part of them since an earlier scrape.
    ///
    /// - Parameters:
    ///   - part: which part, from 0 to 1.
    ///   - name: the histogram.
    ///   - earlier: the scrape before.
    ///   - accepts: which series count.
    /// - Returns: the bound between buckets, in the metric's unit; nil when nothing happened.
    func quantile(
        _ part: Double,
        of name: String,
        since earlier: MetricSamples,
        where accepts: ([String: String]) -> Bool
    ) -> Double? {
        var counts: [Double: Double] = [:]
        for (scrape, sign) in [(self, 1.0), (earlier, -1.0)] {
            for sample in scrape.samples[name + "_bucket"] ?? [] where accepts(sample.labels) {
                guard let bound = sample.labels["le"].flatMap({ $0 == "+Inf" ? .infinity : Double($0) })
                else {
                    continue
                }
                counts[bound, default: 0] += sign * sample.value
            }
        }
        let buckets = counts.sorted { $0.key < $1.key }
        guard let total = buckets.last?.value, total > 0 else { return nil }
        var below = (bound: 0.0, count: 0.0)
        for (bound, count) in buckets {
            if count >= part * total {
                guard bound.isFinite, count > below.count else { return below.bound }
                return below.bound + (bound - below.bound) * (part * total - below.count)
                    / (count - below.count)
            }
            below = (bound, count)
        }
        return below.bound
    }

    private func matching(_ name: String, _ labels: [String: String]) -> [Sample] {
        (samples[name] ?? []).filter { sample in labels.allSatisfy { sample.labels[$0.key] == $0.value } }
    }

    /// The labels between braces.
    private static func labels(_ text: Substring) -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text.dropFirst()
        while let equals = rest.firstIndex(of: "="), rest.index(after: equals) < rest.endIndex {
            let name = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...].dropFirst()
            var value = ""
            while let character = rest.popFirst(), character != "\"" {
                guard character == "\\" else {
                    value.append(character)
                    continue
                }
                guard let escaped = rest.popFirst() else { break }
                value.append(escaped == "n" ? "\n" : escaped)
            }
            labels[name] = value
            if rest.first == "," { rest = rest.dropFirst() }
        }
        return labels
    }
}

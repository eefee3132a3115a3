internal import Foundation

/// Times by stage.
struct Samples: Sendable {
    private var times: [String: [Duration]] = [:]

    /// Adds a time.
    mutating func add(_ time: Duration, for stage: String) {
        times[stage, default: []].append(time)
    }

    /// Adds all times of others.
    mutating func add(_ others: Samples) {
        times.merge(others.times) { $0 + $1 }
    }

    /// A table in Markdown, the longest stage first.
    var table: String {
        var lines = ["| stage | count | p50 ms | p90 ms | p99 ms |", "| --- | ---: | ---: | ---: | ---: |"]
        let sorted = times.mapValues { $0.sorted() }
        for (stage, times) in sorted.sorted(by: { part(50, of: $0.value) > part(50, of: $1.value) }) {
            let figures = [50, 90, 99].map { text(part($0, of: times)) }
            lines.append("| \(stage) | \(times.count) | \(figures.joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n")
    }

    private func part(_ percent: Int, of sorted: [Duration]) -> Duration {
        sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }

    private func text(_ time: Duration) -> String { String(format: "%.2f", time / .milliseconds(1)) }
}

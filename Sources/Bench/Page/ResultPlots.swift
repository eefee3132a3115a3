internal import Glibc

/// The plots of a result.
struct ResultPlots {
    private static let width = 920.0
    private static let height = 260.0

    let document: ResultDocument

    /// Latency by percentile; each step to the right leaves a tenth of the operations above.
    var percentiles: String {
        let total = document.histogram.reduce(0.0) { $0 + Double($1[1]) }
        var seen = 0.0
        var points: [(x: Double, y: Double)?] = []
        for pair in document.histogram {
            // At a share of all operations, so many "nines": the greatest itself has no operation above it.
            points.append((x: -log10(1 - seen / total), y: Double(pair[0]) / 1_000))
            seen += Double(pair[1])
        }
        let nines = max(1, min(6, (log10(max(total, 10))).rounded(.down)))
        if let last = points.last ?? nil { points.append((x: max(nines, last.x), y: last.y)) }
        let names = ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999"]
        var plot = Plot(
            title: "latency by percentile",
            width: Self.width,
            height: Self.height,
            x: PlotAxis(
                low: 0,
                high: max(nines, points.compactMap { $0?.x }.max() ?? 1),
                isLogarithmic: false
            ),
            y: .logarithmic(points.compactMap { $0?.y })
        )
        plot.ticksX = [0, -log10(0.5)] + (1...Int(nines)).map(Double.init)
        plot.labelX = { value in
            value > 0 && value < 1 ? "50 %" : "\(names[min(names.count - 1, Int(value.rounded()))]) %"
        }
        plot.labelY = NumberText.tick(milliseconds:)
        plot.lines = [Plot.Line(kind: "a", points: points, isFilled: true)]
        return plot.svg
    }

    /// Operations a second over time, and those that failed.
    var rates: String {
        let points = document.timeline
        var plot = Plot(
            title: "operations a second over time",
            width: Self.width,
            height: Self.height * 0.8,
            x: timeAxis,
            y: .linear(points.map(\.rate))
        )
        plot.labelX = Self.time
        plot.labelY = { NumberText.tick($0) + "/s" }
        plot.lines = [Plot.Line(kind: "a", points: points.map { (x: $0.at, y: $0.rate) }, isFilled: true)]
        if document.counts.failed > 0 {
            let length = slotLength
            plot.lines.append(
                Plot.Line(kind: "bad", points: points.map { (x: $0.at, y: Double($0.failed) / length) })
            )
        }
        return plot.svg
    }

    /// Median and 99th percentile over time.
    var latencies: String {
        let points = document.timeline
        var plot = Plot(
            title: "latency over time",
            width: Self.width,
            height: Self.height,
            x: timeAxis,
            y: .logarithmic(points.flatMap { [$0.p50, $0.p99].compactMap(\.self) })
        )
        plot.labelX = Self.time
        plot.labelY = NumberText.tick(milliseconds:)
        plot.lines = [
            Plot.Line(kind: "b", points: points.map { point in point.p99.map { (x: point.at, y: $0) } }),
            Plot.Line(kind: "a", points: points.map { point in point.p50.map { (x: point.at, y: $0) } }),
        ]
        return plot.svg
    }

    /// 99th percentiles by rate, as the search for the knee found them.
    func knee(_ knee: KneeFinding) -> String {
        let steps = knee.steps.sorted { $0.rate < $1.rate }
        var plot = Plot(
            title: "99th percentile by rate",
            width: Self.width,
            height: Self.height,
            x: .linear(steps.map(\.rate)),
            y: .logarithmic(steps.map(\.p99))
        )
        plot.labelX = { NumberText.tick($0) + "/s" }
        plot.labelY = NumberText.tick(milliseconds:)
        plot.lines = [Plot.Line(kind: "a", points: steps.map { (x: $0.rate, y: $0.p99) })]
        // Each rate that broke a bound stands alone.
        let broken = steps.filter { $0.broken != nil }.flatMap { step -> [(x: Double, y: Double)?] in
            [(x: step.rate, y: step.p99), nil]
        }
        if !broken.isEmpty { plot.lines.append(Plot.Line(kind: "bad", points: broken)) }
        return plot.svg
    }

    /// A figure of the processes over time, in a small plot.
    func resource(_ line: ResourceSummary.Line, at seconds: [Double]) -> String {
        let scale = line.unit == "bytes" ? NumberText.unit(for: line.values.max() ?? 0) : (bytes: 1, name: "")
        let values = line.values.map { $0 / scale.bytes }
        var plot = Plot(
            title: "\(line.role): \(line.measure)",
            width: Self.width / 2,
            height: Self.height * 0.6,
            x: PlotAxis(low: 0, high: max(1, seconds.last ?? 1), isLogarithmic: false),
            y: line.measure == "processor" ? .linear(values) : .around(values)
        )
        plot.labelX = Self.time
        plot.labelY = { NumberText.tick($0) + (scale.name.isEmpty ? "" : " \(scale.name)") }
        plot.lines = [
            Plot.Line(kind: "a", points: zip(seconds, values).map { (x: $0, y: $1) }, isFilled: true)
        ]
        return plot.svg
    }

    /// Bars for the median and, behind them, the 99th percentile.
    static func bars(_ times: [(name: String, summary: LatencySummary)]) -> String {
        let rowHeight = 26.0
        let left = 210.0
        let right = 150.0
        let top = times.map(\.summary.p99).max() ?? 1
        let scale = (width - left - right) / max(top, 0.001)
        var parts = [
            "<svg viewBox=\"0 0 \(Plot.number(width)) \(Plot.number(rowHeight * Double(times.count) + 4))\" role=\"img\" aria-label=\"stages\">"
        ]
        for (row, time) in times.enumerated() {
            let place = Double(row) * rowHeight + 4
            parts.append(Plot.text(time.name, x: left - 10, y: place + 15, anchor: "end"))
            for (kind, value) in [("b", time.summary.p99), ("a", time.summary.p50)] {
                parts.append(
                    "<rect class=\"bar \(kind)\" x=\"\(Plot.number(left))\" y=\"\(Plot.number(place + 3))\" "
                        + "width=\"\(Plot.number(max(1, value * scale)))\" height=\"15\"/>"
                )
            }
            let figures = "\(NumberText.short(time.summary.p50)) / \(NumberText.short(time.summary.p99)) ms"
            parts.append(
                Plot.text(figures, x: left + time.summary.p99 * scale + 8, y: place + 15, anchor: "start")
            )
        }
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private var slotLength: Double {
        document.timeline.count > 1 ? document.timeline[1].at - document.timeline[0].at : 1
    }

    private var timeAxis: PlotAxis {
        PlotAxis(low: 0, high: max(1, document.timeline.last?.at ?? 1), isLogarithmic: false)
    }

    private static func time(_ seconds: Double) -> String {
        guard seconds >= 120 else { return "\(NumberText.tick(seconds)) s" }
        let whole = Int(seconds.rounded())
        let rest = whole % 60
        return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// How far a measurement is, as a line of text.
package enum ProgressText {
    private static let barWidth = 20

    /// The line for a moment.
    ///
    /// - Parameter progress: how far it is.
    /// - Returns: bar, rate, median, 99th percentile and errors; no longer than 100 characters.
    package static func line(_ progress: BenchRun.Progress) -> String {
        switch progress.phase {
        case .preparing: return "preparing sessions"
        case .tidying: return "ending sessions"
        case .measuring, .step: break
        }
        let glance = progress.glance
        let step =
            if case .step(let rate) = progress.phase { "trying \(NumberText.short(rate))/s  " } else { "" }
        if progress.elapsed < .zero {
            return step + "warming up, \(NumberText.fixed(-(progress.elapsed / .seconds(1)), 0)) s left"
        }
        let rate = glance.rate.map { NumberText.short($0) + "/s" } ?? "-"
        return step
            + "\(bar(progress)) \(rate)  p50 \(NumberText.short(glance.p50)) ms  "
            + "p99 \(NumberText.short(glance.p99)) ms  errors \(glance.failed)"
    }

    private static func bar(_ progress: BenchRun.Progress) -> String {
        let fraction: Double
        let place: String
        let seconds = progress.elapsed / .seconds(1)
        switch progress.limit {
        case .duration(let duration):
            fraction = duration > .zero ? progress.elapsed / duration : 1
            place = "\(NumberText.fixed(seconds, 0))/\(NumberText.fixed(duration / .seconds(1), 0)) s"
        case .count(let count):
            let done = progress.glance.succeeded + progress.glance.failed
            fraction = Double(done) / Double(max(1, count))
            place = "\(done)/\(count)"
        }
        let filled = Int(min(1, max(0, fraction)) * Double(barWidth))
        return "[" + String(repeating: "#", count: filled)
            + String(repeating: ".", count: barWidth - filled) + "] \(place)"
    }
}

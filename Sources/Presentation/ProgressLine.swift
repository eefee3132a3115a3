internal import Glibc

/// A line on a terminal that is written again and again while something goes on; nothing where there is no terminal.
package struct ProgressLine: Sendable {
    private static let interval: Duration = .milliseconds(100)

    private let isShown = isatty(2) == 1
    private let progress: TransferProgress
    private let start = ContinuousClock.now
    private var shownAt: ContinuousClock.Instant?
    private var done = 0

    /// Begins a line.
    ///
    /// - Parameter progress: what it shows.
    package init(_ progress: TransferProgress) { self.progress = progress }

    /// Counts bytes and shows them, ten times a second at most.
    ///
    /// - Parameter count: how many more have been transferred.
    package mutating func advance(by count: Int) {
        done += count
        let now = ContinuousClock.now
        if let shownAt, now - shownAt < Self.interval { return }
        shownAt = now
        show("")
    }

    /// Shows the last state and leaves the line.
    package func finish() { show("\n") }

    private func show(_ end: String) {
        guard isShown else { return }
        // Back to the beginning, and what stood there is gone (ECMA-48, erase in line).
        Console.error(Array("\r\u{1B}[K\(progress.line(done: done, elapsed: .now - start))\(end)".utf8))
    }
}

import Glibc
import Synchronization

/// How hard the storms blow: `CLOISTER_STORM` multiplies every count for long runs by hand.
enum Storm {
    static let scale: Int = getenv("CLOISTER_STORM").flatMap { Int(String(cString: $0)) } ?? 1

    /// Writes a measured figure where the person who runs the tests sees it.
    static func report(_ line: String) {
        let text = Array("storm: \(line)\n".utf8)
        _ = write(2, text, text.count)
    }
}

/// Counts successes and failures, and the longest time without a success.
final class Tally: Sendable {
    struct Figures {
        var answered = 0
        var failed = 0
        var longestOutage = Duration.zero
        var last = ContinuousClock.now
        var milestones: [(answered: Int, reached: CheckedContinuation<Void, Never>)] = []
    }

    private let figures = Mutex(Figures())

    var answered: Int { figures.withLock { $0.answered } }
    var failed: Int { figures.withLock { $0.failed } }
    var longestOutage: Duration { figures.withLock { max($0.longestOutage, $0.last.duration(to: .now)) } }

    func succeed() {
        let reached = figures.withLock { figures in
            let now = ContinuousClock.now
            figures.longestOutage = max(figures.longestOutage, figures.last.duration(to: now))
            figures.last = now
            figures.answered += 1
            let reached = figures.milestones.filter { $0.answered <= figures.answered }
            figures.milestones.removeAll { $0.answered <= figures.answered }
            return reached
        }
        for milestone in reached { milestone.reached.resume() }
    }

    func fail() {
        figures.withLock { $0.failed += 1 }
    }

    /// Forgets the outage so far, as that of the very first connection.
    func resetOutage() {
        figures.withLock { ($0.longestOutage, $0.last) = (.zero, .now) }
    }

    /// Waits until `count` more have succeeded; the suite's time limit ends a wait in vain.
    func more(_ count: Int) async {
        await withCheckedContinuation { continuation in
            figures.withLock { $0.milestones.append(($0.answered + count, continuation)) }
        }
    }
}

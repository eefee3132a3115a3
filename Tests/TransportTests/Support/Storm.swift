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
        var milestones: [(answered: Int, reached: CheckedContinuation<Bool, Never>)] = []
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
        for milestone in reached { milestone.reached.resume(returning: true) }
    }

    func fail() {
        figures.withLock { $0.failed += 1 }
    }

    /// Forgets the outage so far, as that of the very first connection.
    func resetOutage() {
        figures.withLock { ($0.longestOutage, $0.last) = (.zero, .now) }
    }

    /// Waits until `count` more have succeeded.
    ///
    /// - Returns: False when that took longer than `limit`.
    func more(_ count: Int, within limit: Duration = .seconds(10)) async -> Bool {
        let target = figures.withLock { $0.answered + count }
        async let _: Void = giveUp(on: target, after: limit)
        return await withCheckedContinuation { continuation in
            let isReached = figures.withLock { figures in
                let isReached = figures.answered >= target
                if !isReached { figures.milestones.append((target, continuation)) }
                return isReached
            }
            if isReached { continuation.resume(returning: true) }
        }
    }

    private func giveUp(on target: Int, after limit: Duration) async {
        try? await Task.sleep(for: limit)
        let late = figures.withLock { figures in
            defer { figures.milestones.removeAll { $0.answered == target } }
            return figures.milestones.filter { $0.answered == target }
        }
        for milestone in late { milestone.reached.resume(returning: false) }
    }
}

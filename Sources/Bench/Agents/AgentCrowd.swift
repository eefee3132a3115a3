/// Processes that make a load together.
package actor AgentCrowd {
    private let plan: LoadPlan
    private var missing: Int
    private var waiting: [AsyncStream<Void>.Continuation] = []
    private var began: ContinuousClock.Instant?
    private var glances: [Int: Glance] = [:]
    private var recording = Recording()

    /// Begins with processes that are not ready.
    ///
    /// - Parameters:
    ///   - count: how many there are.
    ///   - plan: the whole load.
    package init(count: Int, plan: LoadPlan) {
        missing = count
        self.plan = plan
    }

    /// One more process is ready; waits until all are.
    package func ready() async {
        missing -= 1
        guard missing > 0 else {
            began = .now + plan.warmUp
            for waiter in waiting { waiter.finish() }
            return
        }
        let (change, continuation) = AsyncStream.makeStream(of: Void.self)
        waiting.append(continuation)
        for await _ in change {}
    }

    /// A process has told how far it is.
    ///
    /// - Parameters:
    ///   - glance: what it has told.
    ///   - index: which process.
    package func took(_ glance: Glance, from index: Int) { glances[index] = glance }

    /// A process has told what it has measured.
    ///
    /// - Parameter part: what it has measured.
    package func took(_ part: Recording) { recording.add(part) }

    /// How far all of them are; of the percentiles the worst process's.
    package var progress: BenchRun.Progress {
        var sum = Glance()
        for glance in glances.values {
            sum.succeeded += glance.succeeded
            sum.failed += glance.failed
            if let rate = glance.rate { sum.rate = (sum.rate ?? 0) + rate }
            sum.p50 = max(sum.p50, glance.p50)
            sum.p99 = max(sum.p99, glance.p99)
        }
        return BenchRun.Progress(
            phase: began == nil ? .preparing : .measuring,
            glance: sum,
            elapsed: began.map { .now - $0 } ?? .zero,
            limit: plan.limit
        )
    }

    /// What all of them have brought together.
    ///
    /// - Parameters:
    ///   - resources: what the cluster's local processes took.
    ///   - wasInterrupted: whether the measurement was broken off.
    /// - Returns: the outcome.
    package func outcome(resources: ResourceSeries?, wasInterrupted: Bool) -> BenchRun.Outcome {
        BenchRun.Outcome(
            recording: recording,
            resources: resources,
            knee: nil,
            wasInterrupted: wasInterrupted
        )
    }
}

internal import Domain
package import Telemetry
internal import Wire

/// What a worker measures as it happens.
package struct WorkerMetrics: Sendable {
    /// The metrics of the process.
    package let registry: MetricRegistry
    /// Who gathers spans; nil where nobody wants any.
    let tracer: Tracer?
    let messages: MessageMetrics
    private let stages: StageMetrics
    private let executions: MetricCounter
    private let sessionsBegun: MetricCounter
    private let sessionsEnded: MetricCounter
    private let clones: MetricCounter
    private let cloneFailures: MetricCounter

    /// Registers the metrics of a worker.
    ///
    /// - Parameters:
    ///   - registry: the metrics of the process.
    ///   - tracer: who gathers spans; nil where nobody wants any.
    package init(_ registry: MetricRegistry = MetricRegistry(), tracer: Tracer? = nil) {
        self.registry = registry
        self.tracer = tracer
        messages = MessageMetrics(registry)
        stages = StageMetrics(registry)
        executions = registry.counter(
            "cloister_executions_total",
            "Executions that ended, by pool and outcome; lost are those whose session ended first.",
            labels: ["pool", "outcome"]
        )
        sessionsBegun = registry.counter(
            "cloister_sessions_begun_total",
            "Sessions that began, by pool and by whether a ready machine was there or one had to be made.",
            labels: ["pool", "machine"]
        )
        sessionsEnded = registry.counter(
            "cloister_sessions_ended_total",
            "Sessions that ended, by pool and cause.",
            labels: ["pool", "cause"],
            seriesMax: 1_024
        )
        clones = registry.counter(
            "cloister_clones_total",
            "Machines that were cloned, by pool and by whom they were made for: a session, or ahead of one.",
            labels: ["pool", "purpose"]
        )
        cloneFailures = registry.counter(
            "cloister_clone_failures_total",
            "Machines that could not be made or did not become ready, by pool and purpose.",
            labels: ["pool", "purpose"]
        )
    }

    /// Carries a command out on behalf of whoever asked for it.
    func traced(_ command: Command, _ body: () async -> Answer) async -> Answer {
        guard var own = command.origin else { return await body() }
        if case .execute(let request) = command.request { own.execution = request.execution }
        guard let tracer, own.trace.isSampled else {
            return await RequestOrigin.$current.withValue(own, operation: body)
        }
        let start = ContinuousClock.now
        let caller = own.trace.span
        own.trace = own.trace.below(tracer.spanNumber())
        let answer = await RequestOrigin.$current.withValue(own, operation: body)
        var span = Span(command.request.kind, .server, at: own.trace, below: caller, from: start)
        if case .failure(let failure) = answer { span.trouble = failure.code.name }
        tracer.record(span)
        return answer
    }

    /// The parts of an execution in its sandbox, for its trace.
    func record(_ spans: @autoclosure () -> ExecutionSpans?) {
        guard let tracer, let spans = spans(), spans.origin.trace.isSampled else { return }
        for span in spans.spans(tracer.spanNumber) { tracer.record(span) }
    }

    /// An execution came to its end.
    func executionEnded(_ outcome: Outcome.Status, in pool: PoolName, _ timings: StageTimings) {
        executions.add(1, pool.text, outcome.rawValue)
        for (stage, duration) in timings.recorded { stages.took(stage, duration, in: pool) }
    }

    /// A session ended while an execution ran or waited.
    func executionsLost(_ count: Int, in pool: PoolName) {
        if count > 0 { executions.add(Double(count), pool.text, "lost") }
    }

    /// A command for an execution was answered.
    func answered(after duration: Duration, in pool: PoolName) {
        stages.took(.worker, duration, in: pool)
    }

    /// Begins the counters of a pool at 0: what appears with 1 has no rate.
    func begin(_ pool: PoolName) {
        for machine in ["ready", "made"] { sessionsBegun.add(0, pool.text, machine) }
        for cause in EndCause.all { sessionsEnded.add(0, pool.text, cause.name) }
        for purpose in ["ready", "session"] {
            clones.add(0, pool.text, purpose)
            cloneFailures.add(0, pool.text, purpose)
        }
    }

    /// A session began.
    func sessionBegan(in pool: PoolName, onReadyMachine isReady: Bool) {
        // It may be of a pool that was made while this worker runs.
        begin(pool)
        sessionsBegun.add(1, pool.text, isReady ? "ready" : "made")
    }

    /// A session ended.
    func sessionEnded(in pool: PoolName, _ cause: EndCause) { sessionsEnded.add(1, pool.text, cause.name) }

    /// A machine was made.
    func cloned(for pool: PoolName, ahead isAhead: Bool) {
        clones.add(1, pool.text, isAhead ? "ready" : "session")
    }

    /// A machine could not be made.
    func cloneFailed(for pool: PoolName, ahead isAhead: Bool) {
        cloneFailures.add(1, pool.text, isAhead ? "ready" : "session")
    }
}

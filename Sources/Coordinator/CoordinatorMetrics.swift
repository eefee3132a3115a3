internal import Domain
package import Telemetry

/// What a coordinator measures as it happens.
package struct CoordinatorMetrics: Sendable {
    /// The metrics of the process.
    package let registry: MetricRegistry
    /// Who gathers spans; nil where nobody wants any.
    let tracer: Tracer?
    let messages: MessageMetrics
    private let stages: StageMetrics

    /// Registers the metrics of a coordinator.
    ///
    /// - Parameters:
    ///   - registry: the metrics of the process.
    ///   - tracer: who gathers spans; nil where nobody wants any.
    package init(_ registry: MetricRegistry = MetricRegistry(), tracer: Tracer? = nil) {
        self.registry = registry
        self.tracer = tracer
        messages = MessageMetrics(registry)
        stages = StageMetrics(registry)
    }

    /// A worker was found for a request.
    func routed(in pool: PoolName, from start: ContinuousClock.Instant, after duration: Duration) {
        stages.took(.route, duration, in: pool)
        guard let tracer, let trace = RequestOrigin.current?.trace, trace.isSampled else { return }
        tracer.record(
            Span(
                Stage.route.name,
                .within,
                at: trace.below(tracer.spanNumber()),
                below: trace.span,
                from: start,
                to: start + duration
            )
        )
    }
}

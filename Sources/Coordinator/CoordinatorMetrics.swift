internal import Domain
package import Telemetry

/// What a coordinator measures as it happens.
package struct CoordinatorMetrics: Sendable {
    /// The metrics of the process.
    package let registry: MetricRegistry
    let messages: MessageMetrics
    private let stages: MetricHistogram

    /// Registers the metrics of a coordinator.
    ///
    /// - Parameter registry: the metrics of the process.
    package init(_ registry: MetricRegistry = MetricRegistry()) {
        self.registry = registry
        messages = MessageMetrics(registry)
        stages = registry.histogram(
            "cloister_stage_seconds",
            "How long the stages of executions took (docs/api.md has their names), by pool.",
            labels: ["stage", "pool"]
        )
    }

    /// A worker was found for a request.
    func routed(in pool: PoolName, after duration: Duration) {
        stages.observe(duration, Stage.route.name, pool.text)
    }
}

package import Domain

/// How long the stages of executions take; a coordinator and a worker tell different ones under one name.
package struct StageMetrics: Sendable {
    private let stages: MetricHistogram

    /// Registers the histogram.
    ///
    /// - Parameter registry: the metrics of the process.
    package init(_ registry: MetricRegistry) {
        stages = registry.histogram(
            "cloister_stage_seconds",
            "How long the stages of executions took (docs/api.md has their names), by pool.",
            labels: ["stage", "pool"],
            seriesMax: 1_024
        )
    }

    /// Takes note of a stage.
    ///
    /// - Parameters:
    ///   - stage: which.
    ///   - duration: how long it took.
    ///   - pool: the pool of the execution.
    package func took(_ stage: Stage, _ duration: Duration, in pool: PoolName) {
        stages.observe(duration, stage.name, pool.text)
    }
}

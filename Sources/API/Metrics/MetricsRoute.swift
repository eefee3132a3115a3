internal import Domain
internal import Hummingbird
internal import Identity
internal import Telemetry

/// The coordinator's metrics, for operators.
struct MetricsRoute: Sendable {
    static let path = "/metrics"

    let registry: MetricRegistry

    /// `GET /metrics`.
    @Sendable
    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        return await MetricsServer.answer(registry)
    }
}

internal import HTTPTypes
internal import Hummingbird
internal import Synchronization
package import Telemetry

/// What the HTTP API measures.
package struct APIMetrics: Sendable {
    /// The metrics of the process.
    package let registry: MetricRegistry
    /// Who gathers spans; nil where nobody wants any.
    let tracer: Tracer?
    private let requests: MetricCounter
    private let durations: MetricHistogram
    private let inProgress = RequestsInProgress()

    /// Registers the metrics of the API.
    ///
    /// - Parameters:
    ///   - registry: the metrics of the process.
    ///   - tracer: who gathers spans; nil where nobody wants any.
    package init(_ registry: MetricRegistry = MetricRegistry(), tracer: Tracer? = nil) {
        self.registry = registry
        self.tracer = tracer
        requests = registry.counter(
            "cloister_http_requests_total",
            "Requests, by route and class of the answer's status.",
            labels: ["route", "status"],
            seriesMax: 1_024
        )
        durations = registry.histogram(
            "cloister_http_request_duration_seconds",
            "From a request's head to the head of its answer, by route.",
            labels: ["route"]
        )
        registry.collect { [inProgress] in
            [
                MetricFamily(
                    "cloister_http_requests_in_progress",
                    "Requests without an answer.",
                    .gauge,
                    value: Double(inProgress.count)
                )
            ]
        }
    }

    func began() { inProgress.change(by: 1) }

    func ended(_ route: String, _ status: Int?, after duration: Duration) {
        inProgress.change(by: -1)
        requests.add(1, route, status.map { "\($0 / 100)xx" } ?? "none")
        durations.observe(duration, route)
    }
}

/// Counts what is not answered yet.
private final class RequestsInProgress: Sendable {
    private let state = Atomic(0)

    var count: Int { state.load(ordering: .relaxed) }

    func change(by step: Int) { state.add(step, ordering: .relaxed) }
}

/// Counts and measures every request; it stands around everything else.
struct MetricsMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let metrics: APIMetrics

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        metrics.began()
        var status: Int?
        defer {
            let duration = context.receivedAt.duration(to: .now)
            metrics.ended(Self.route(of: request, context), status, after: duration)
        }
        let response = try await next(request, context)
        status = response.status.code
        return response
    }

    /// The route by its pattern: paths are clients' texts and without end.
    static func route(of request: Request, _ context: APIContext) -> String {
        // Where no route fits, the router has a word of its own, and the method can be anything.
        guard let path = context.endpointPath, path.hasPrefix("/") else { return "none" }
        return "\(request.method.rawValue) \(path)"
    }
}

internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Telemetry

/// Gives each request its place in a trace, its client's where that has sent one, and tells how long it took.
struct TraceMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let tracer: Tracer?

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let remote = request.headers[HeaderNames.traceparent].flatMap { TraceContext(traceparent: $0) }
        context.trace = place(below: remote, context.trace)
        context.logger[metadataKey: "traceId"] = "\(context.traceID)"
        let response = try await RequestOrigin.$current.withValue(RequestOrigin(trace: context.trace)) {
            [context] in
            try await next(request, context)
        }
        if let tracer, context.trace.isSampled {
            let route = MetricsMiddleware.route(of: request, context)
            var span = Span(
                route == "none" ? "HTTP" : route,
                .server,
                at: context.trace,
                below: remote?.span,
                from: context.receivedAt
            ).with("http.request.method", .text(String(request.method.rawValue.prefix(32))))
                .with("http.response.status_code", .number(response.status.code))
            if let path = context.endpointPath { span = span.with("http.route", .text(path)) }
            if let pool = try? context.poolName() { span = span.with("cloister.pool", .text(pool.text)) }
            if response.status.code >= 500 { span.trouble = response.headers[HeaderNames.errorCode] ?? "" }
            tracer.record(span)
        }
        return response
    }

    /// The request's own place; whether it is recorded is for whoever began the trace to say.
    private func place(below remote: TraceContext?, _ own: TraceContext) -> TraceContext {
        if let remote { return remote.below(own.span) }
        return TraceContext(
            traceHigh: own.traceHigh,
            traceLow: own.traceLow,
            span: own.span,
            isSampled: tracer?.samples() ?? false
        )
    }
}

extension RequestOrigin {
    /// Has what is still to be done for an answer, while its body is sent, be done on the same behalf.
    func carried(by response: Response) -> Response {
        // What has a length is there already, or a file.
        guard response.body.contentLength == nil else { return response }
        var response = response
        let body = response.body
        response.body = ResponseBody { writer in
            try await RequestOrigin.$current.withValue(self) { try await body.write(writer) }
        }
        return response
    }
}

internal import HTTPTypes
internal import Hummingbird

/// Has requests with a large body, or one of unknown length, served apart.
struct LargeBodyMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        // Without a length and not in parts there is no body (RFC 9112, section 6.3).
        let unknown = request.headers[.transferEncoding] == nil ? 0 : Apart.threshold
        let size = request.headers[.contentLength].flatMap { Int($0) } ?? unknown
        return try await Apart.compute(size) { try await next(request, context) }
    }
}

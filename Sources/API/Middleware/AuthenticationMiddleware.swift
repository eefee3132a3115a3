internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity

/// Lets no request through that nobody answers for.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let authenticator: any Authenticator

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.caller = try await authenticator.caller(bearing: token(of: request))
        return try await next(request, context)
    }

    private func token(of request: Request) throws(Failure) -> String {
        guard let header = request.headers[.authorization] else {
            throw Failure(
                .unauthorized,
                "The request has no Authorization header; send Authorization: Bearer <key>."
            )
        }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Failure(.unauthorized, "The Authorization header has to be: Bearer <key>.")
        }
        return String(parts[1])
    }
}

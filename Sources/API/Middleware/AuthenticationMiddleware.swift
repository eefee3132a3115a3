internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import Telemetry

/// Lets no request through that nobody answers for, and none to a pool in which its caller has no rights.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let authenticator: any Authenticator
    /// The keys that hold for the MCP server of one pool and nothing else.
    let mcp: MCPCredentials?

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let credential = try credential(of: request)
        let agent = await mcp?.caller(presenting: credential, context)
        let caller =
            if let agent { agent } else { try await authenticator.caller(presenting: credential) }
        context.audit?.note { entry in
            entry.caller = caller.name
            entry.issuer = caller.issuer
        }
        // Here, so that no route can forget it; which right it takes is for the route to say.
        if context.isOfPool {
            let pool = try? context.poolName()
            guard !caller.rights(in: pool).isEmpty else {
                throw Failure(.forbidden, "The caller has no right in this pool.")
            }
        }
        context.caller = caller
        // Tokens of one issuer have subjects without end: the issuer stands for them.
        let origin = RequestOrigin(trace: context.trace, account: caller.issuer ?? caller.name)
        let response = try await RequestOrigin.$current.withValue(origin) { [context] in
            try await next(request, context)
        }
        return origin.carried(by: response)
    }

    private func credential(of request: Request) throws(Failure) -> Credential {
        guard let header = request.headers[.authorization] else {
            guard let key = request.headers[HeaderNames.apiKey] else {
                throw Failure(
                    .unauthorized,
                    "The request has no Authorization header; send Authorization: Bearer <key or token>."
                )
            }
            return .apiKey(key)
        }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Failure(.unauthorized, "The Authorization header has to be: Bearer <key or token>.")
        }
        return .bearer(String(parts[1]))
    }
}

internal import APIModel
internal import Coordinator
internal import Hummingbird

/// What a supervisor and a load balancer ask; without authentication.
struct HealthRoutes: Sendable {
    let dispatch: any SessionDispatch

    /// `GET /healthz`: the process serves HTTP.
    @Sendable
    func alive(_ request: Request, _ context: APIContext) async throws -> Response {
        Self.response("alive")
    }

    /// `GET /readyz`: executions can be served, too.
    @Sendable
    func ready(_ request: Request, _ context: APIContext) async throws -> Response {
        if let failure = await dispatch.unreadiness() { throw failure }
        return Self.response("ready")
    }

    private static func response(_ status: String) -> Response {
        Response(json: JSONValue.object([.init("status", .string(status))]).encoded)
    }
}

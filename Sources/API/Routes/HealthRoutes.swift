internal import APIModel
internal import Coordinator
internal import Domain
internal import Hummingbird

/// What a supervisor and a load balancer ask; without authentication.
struct HealthRoutes: Sendable {
    /// How soon a client whose coordinator stops may try another one, in seconds.
    private static let retrySeconds = 1

    let dispatch: any SessionDispatch
    /// Whether the process stops soon; nil when it stops without notice.
    let departure: Departure?

    /// `GET /healthz`: the process serves HTTP.
    @Sendable
    func alive(_ request: Request, _ context: APIContext) async throws -> Response {
        Self.response("alive")
    }

    /// `GET /readyz`: executions can be served, too, and will be for a while.
    @Sendable
    func ready(_ request: Request, _ context: APIContext) async throws -> Response {
        if departure?.isUnderWay == true {
            throw Failure(
                .notReady,
                "This coordinator stops soon; another one serves.",
                retryAfterSeconds: Self.retrySeconds
            )
        }
        if let failure = await dispatch.unreadiness() { throw failure }
        return Self.response("ready")
    }

    private static func response(_ status: String) -> Response {
        Response(json: JSONValue.object([.init("status", .string(status))]).encoded)
    }
}

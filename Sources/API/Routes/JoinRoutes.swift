internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// The routes with which workers join, and those with which operators make the tokens for it.
struct JoinRoutes: Sendable {
    static let joinPath = "/cloister/v1/join"
    static let authorityPath = "/cloister/v1/authority"
    static let tokensPath = "/cloister/v1/tokens"

    /// How workers join here; nil where they do not.
    let joining: NodeJoining?
    let bodyTimeout: Duration

    /// The routes that need no credential: a worker shows its token in the body.
    var open: [RouteTable.Route] {
        [
            RouteTable.Route(path: Self.authorityPath, handlers: [.get: authority]),
            RouteTable.Route(path: Self.joinPath, handlers: [.post: join]),
        ]
    }

    /// The operators' routes.
    var guarded: [RouteTable.Route] {
        [
            RouteTable.Route(path: Self.tokensPath, handlers: [.get: list, .post: create]),
            RouteTable.Route(path: Self.tokensPath + "/{token}", handlers: [.delete: revoke]),
        ]
    }

    /// `GET /cloister/v1/authority`: whom the nodes believe; a worker compares it with what its token says.
    @Sendable
    func authority(_ request: Request, _ context: APIContext) async throws -> Response {
        let certificate = try available.authority().certificate
        return Response(json: JSONValue.object([.init("authority", .string(certificate))]).encoded)
    }

    /// `POST /cloister/v1/join`: gives a worker whose token holds what it needs.
    @Sendable
    func join(_ request: Request, _ context: APIContext) async throws -> Response {
        let joining = try available
        guard context.audit?.reserve() ?? true else {
            throw Failure(.auditUnavailable, FailureCode.auditUnavailable.meaning, retryAfterSeconds: 5)
        }
        let body = try await RequestBodyReader(limit: JoinRequest.bodyLimit)
            .bytes(of: request, on: context.connection, within: bodyTimeout)
        let wanted = try JoinRequest.parse(body)
        let answer = try await joining.join(wanted) { id in
            context.audit?.note { entry in
                entry.caller = "worker \(wanted.worker)"
                entry.operationID = id
            }
        }
        return Self.secret(answer.json, .ok)
    }

    /// `POST /cloister/v1/tokens`: makes a token.
    @Sendable
    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let joining = try available
        let body = try await RequestBodyReader(limit: JoinTokenRequest.bodyLimit)
            .bytes(of: request, on: context.connection, within: bodyTimeout)
        let wanted = try JoinTokenRequest.parse(body)
        let (record, token) = try await joining.tokens.create(
            for: try joining.authority().digest,
            lifetime: wanted.lifetimeInSeconds ?? JoinTokens.lifetime,
            worker: wanted.worker
        )
        context.audit?.note { $0.operationID = record.id }
        return Self.secret(JoinTokenResource(record, token: token.text).json, .created)
    }

    /// `GET /cloister/v1/tokens`: lists the tokens that hold.
    @Sendable
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let resources = try await available.tokens.list().map { JoinTokenResource($0).json }
        return Response(json: JSONValue.object([.init("tokens", .array(resources))]).encoded)
    }

    /// `DELETE /cloister/v1/tokens/{id}`: takes a token back.
    @Sendable
    func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let id = context.parameters.get("token") ?? ""
        if JoinToken.isID(id) { context.audit?.note { $0.operationID = id } }
        try await available.tokens.revoke(id)
        return Response(status: .noContent)
    }

    private var available: NodeJoining {
        get throws(Failure) {
            guard let joining else {
                throw Failure(
                    .joiningNotAvailable,
                    "No node joins here: set tls.authorityKeyFile of this coordinator, or ask the one that has it."
                )
            }
            return joining
        }
    }

    private static func secret(_ json: JSONValue, _ status: HTTPResponse.Status) -> Response {
        var response = Response(json: json.encoded, status: status)
        // The one answer with a secret in it stays with the one who asked.
        response.headers[.cacheControl] = "no-store"
        return response
    }
}

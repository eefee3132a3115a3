internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// The routes with which operators make, list and revoke API keys.
struct KeyRoutes: Sendable {
    static let path = "/cloister/v1/keys"

    let keys: KeyRing
    let bodyTimeout: Duration

    /// The routes.
    var all: [RouteTable.Route] {
        [
            RouteTable.Route(path: Self.path, handlers: [.get: list, .post: create]),
            RouteTable.Route(path: Self.path + "/{key}", handlers: [.delete: revoke]),
        ]
    }

    /// `POST /cloister/v1/keys`: makes a key.
    @Sendable
    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let body = try await RequestBodyReader(limit: KeyRequest.bodyLimit)
            .bytes(of: request, on: context.connection, within: bodyTimeout)
        let wanted = try KeyRequest.parse(body)
        let (record, key) = try await keys.create(
            name: wanted.name,
            grant: wanted.grant,
            lifetime: wanted.lifetimeInSeconds.map { .seconds($0) },
            rate: wanted.rate
        )
        note(record.id, context)
        var response = Response(
            json: KeyResource(record, at: keys.now(), secret: key.secret).json.encoded,
            status: .created
        )
        // The one answer with a secret in it stays with the one who asked.
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// `GET /cloister/v1/keys`: lists all keys.
    @Sendable
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let time = keys.now()
        let resources = await keys.list.map { KeyResource($0, at: time).json }
        return Response(json: JSONValue.object([.init("keys", .array(resources))]).encoded)
    }

    /// `DELETE /cloister/v1/keys/{id}`: revokes a key.
    @Sendable
    func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let id = try KeyID(context.parameters.get("key") ?? "")
        note(id, context)
        try await keys.revoke(id)
        return Response(status: .noContent)
    }

    private func note(_ id: KeyID, _ context: APIContext) {
        context.audit?.note { $0.operationID = id.text }
    }
}

internal import APIModel
internal import Coordinator
internal import Domain
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore

/// `Microsoft.App/sessionPools` (dynamic-sessions-api.md, section 5).
struct SessionPoolRoutes: Sendable {
    /// The longest body, in bytes: a hundred secrets of the greatest size would not fit, and need not.
    private static let bodyLimit = 1 << 20
    private static let collection = "/providers/Microsoft.App/sessionPools"
    private static let group = "/subscriptions/{subscription}/resourceGroups/{group}"
    /// Where a pool stands.
    static let pool = group + collection + "/{pool}"

    let pools: SessionPools
    let links: NextLink
    let bodyTimeout: Duration

    /// The routes.
    var all: [RouteTable.Route] {
        [
            RouteTable.Route(
                path: Self.pool,
                handlers: [.get: show, .put: put, .patch: patch, .delete: delete]
            ),
            RouteTable.Route(path: Self.group + Self.collection, handlers: [.get: list]),
            RouteTable.Route(path: "/subscriptions/{subscription}" + Self.collection, handlers: [.get: list]),
            RouteTable.Route(
                path:
                    "/subscriptions/{subscription}/providers/Microsoft.App/locations/{location}/operationResults/{pool}",
                handlers: [.get: result]
            ),
            RouteTable.Route(path: "/cloister/v1/pools", handlers: [.get: listAll]),
        ]
    }

    @Sendable
    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let version = try version(of: request)
        return answer(try await pools.pool(at: try context.poolAddress()), version, request)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let version = try version(of: request)
        let found = try await pools.pools(
            subscription: try context.pathPart("subscription"),
            group: context.parameters.get("group") == nil ? nil : try context.pathPart("group")
        )
        let origin = links.origin(of: request)
        let bodies = found.map { $0.rendered(for: version, origin: origin) }
        return Response(json: JSONValue.object([.init("value", .array(bodies))]).encoded)
    }

    /// All pools of the cluster: ARM has no such list, for it asks a subscription at a time.
    @Sendable
    private func listAll(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let origin = links.origin(of: request)
        let elements = try await pools.all().map { pool in
            JSONValue.object([
                // Only a pool that was made has a history.
                .init("declared", .boolean(pool.history == nil)),
                .init("pool", pool.rendered(for: .latest, origin: origin)),
            ])
        }
        return Response(json: JSONValue.object([.init("pools", .array(elements))]).encoded)
    }

    @Sendable
    private func put(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let version = try version(of: request)
        let body = try await body(of: request, context)
        let (pool, isNew) = try await pools.put(body, at: try context.poolAddress(), version)
        return answer(pool, version, request, status: isNew ? .created : .ok)
    }

    @Sendable
    private func patch(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let version = try version(of: request)
        let body = try await body(of: request, context)
        return answer(try await pools.patch(body, at: try context.poolAddress()), version, request)
    }

    @Sendable
    private func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let version = try version(of: request)
        let address = try context.poolAddress()
        guard try await pools.delete(at: address) else { return Response(status: .noContent) }
        var response = Response(status: .accepted)
        let location = PercentEncoding.encoded(address.subscription)
        response.headers[.location] =
            links.origin(of: request) + "/subscriptions/\(location)/providers/Microsoft.App/locations/local"
            + "/operationResults/\(address.name)?api-version=\(version)"
        response.headers[.retryAfter] = "1"
        return response
    }

    /// Whether a deleted pool's sessions have ended.
    @Sendable
    private func result(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        _ = try version(of: request)
        guard await pools.isEnding(try context.poolName()) else { return Response(status: .noContent) }
        var response = Response(status: .accepted)
        response.headers[.location] = links.origin(of: request) + request.uri.string
        response.headers[.retryAfter] = "1"
        return response
    }

    private func version(of request: Request) throws(Failure) -> APIVersion {
        let query = RequestQuery(request.uri.query ?? "")
        return try APIVersion.named(query.value(of: "api-version", failingWith: .invalidApiVersion))
    }

    private func body(of request: Request, _ context: APIContext) async throws(Failure) -> JSONValue {
        let bytes = try await RequestBodyReader(limit: Self.bodyLimit)
            .bytes(of: request, on: context.connection, within: bodyTimeout)
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw Failure(.invalidRequestContent, "The body is not valid JSON.")
        }
    }

    private func answer(
        _ pool: SessionPools.Pool,
        _ version: APIVersion,
        _ request: Request,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            json: pool.rendered(for: version, origin: links.origin(of: request)).encoded,
            status: status
        )
    }
}

extension APIContext {
    /// The pool of a route of the control plane.
    func poolAddress() throws(Failure) -> SessionPoolAddress {
        SessionPoolAddress(
            subscription: try pathPart("subscription"),
            resourceGroup: try pathPart("group"),
            name: try poolName()
        )
    }

    /// A part of the path that the client chose.
    ///
    /// - Parameter name: the parameter's name.
    /// - Returns: its text.
    /// - Throws: `invalidRequestContent` when it is no name of a subscription or a resource group.
    fileprivate func pathPart(_ name: String) throws(Failure) -> String {
        // What ARM allows in names of resource groups, and subscriptions are GUIDs.
        guard let text = parameters.get(name).flatMap({ PercentEncoding.decoded($0) }),
            (1...90).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({
                $0.properties.isAlphabetic || "0123456789-_.()".unicodeScalars.contains($0)
            })
        else {
            throw Failure(
                .invalidRequestContent,
                "The \(name) in the path has 1 to 90 letters, digits, '-', '_', '.', '(' and ')'."
            )
        }
        return text
    }
}

internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import Telemetry

/// The routes with which operators get and rotate the key of a pool's MCP server (dynamic-sessions-api.md, section 4.4).
struct MCPCredentialRoutes: Sendable {
    let credentials: MCPCredentials
    let pools: SessionPools

    /// The routes; the last one is how Azure's documentation spells the second.
    var all: [RouteTable.Route] {
        [
            ("fetchMCPServerCredentials", false), ("rotateMCPServerCredentials", true),
            ("regenerateCredentials", true),
        ]
        .map { name, isRotation in
            RouteTable.Route(
                path: SessionPoolRoutes.pool + "/" + name,
                handlers: [.post: answer(rotated: isRotation)]
            )
        }
    }

    private func answer(rotated: Bool) -> RouteTable.Handler {
        { request, context in
            try context.require(.administration)
            let query = RequestQuery(request.uri.query ?? "")
            _ = try APIVersion.named(query.value(of: "api-version", failingWith: .invalidApiVersion))
            _ = try await pools.pool(at: try context.poolAddress())
            let key = try await credentials.key(of: try context.poolName(), rotated: rotated)
            var response = Response(json: JSONValue.object([.init("apiKey", .string(key))]).encoded)
            // A secret stays with the one who asked.
            response.headers[.cacheControl] = "no-store"
            return response
        }
    }
}

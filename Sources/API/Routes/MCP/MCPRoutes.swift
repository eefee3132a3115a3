internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// The Model Context Protocol over HTTP: one endpoint for each pool (docs/mcp.md).
struct MCPRoutes: Sendable {
    static let path = "/mcp"
    /// What a caller needs who uses all tools.
    static let rights: Rights = [.execute, .files]

    let dispatch: any SessionDispatch
    let bodyTimeout: Duration
    let links: NextLink
    let calls = MCPCalls()

    /// The routes; there is no GET, for the server has nothing to say of its own accord.
    var all: [RouteTable.Route] {
        [RouteTable.Route(path: Self.path, handlers: [.post: post, .delete: delete])]
    }

    /// Whether a route is the one of an MCP server.
    ///
    /// - Parameter path: the route's path, with its parameters as they are.
    /// - Returns: whether it is.
    static func isRoute(_ path: String?) -> Bool {
        RouteTable.poolPrefixes.contains { ($0 + Self.path).lowercased() == path?.lowercased() }
    }

    // What a tool produces is laid out twice and may be long, and no agent counts microseconds.
    @Sendable
    private func post(_ request: Request, _ context: APIContext) async throws -> Response {
        try await Apart.compute { try await answer(request, context) }
    }

    private func answer(_ request: Request, _ context: APIContext) async throws -> Response {
        let pool = try await admit(request, context)
        let limit = max(MCPLimits.bodyBytes, ExecutionRequest.bodyLimit(for: pool.limits))
        let bytes = try await RequestBodyReader(limit: limit)
            .bytes(of: request, on: context.connection, within: bodyTimeout)
        context.audit?.note { $0.bytesIn = bytes.count }
        let body = RPCBody(bytes)
        let name = request.headers[HeaderNames.mcpVersion]
        guard let version = name.map(MCPVersion.named) ?? .withoutHeader else {
            let identifier: RPCIdentifier? =
                if case .single(.request(let identifier, _, _)) = body { identifier } else { nil }
            let error = MCPVersion.unsupported(name ?? "").json(for: identifier)
            return Response(json: error.encoded, status: .badRequest)
        }
        let session = try await session(of: request, context)
        let exchange = MCPExchange(
            dispatch: dispatch,
            pool: pool,
            calls: calls,
            context: context,
            version: version,
            session: version.isStateless ? nil : session,
            metadata: MCPMetadata(
                versionHeader: version.name,
                methodHeader: request.headers[HeaderNames.mcpMethod],
                nameHeader: request.headers[HeaderNames.mcpName]
            ),
            takesEvents: ExecutionStreaming.isWanted(by: request)
        )
        switch body {
        case .malformed:
            let error = RPCError(
                .malformed,
                "The body is no JSON, or has more than \(RPCBody.valuesMax) values."
            )
            return MCPReply(error, to: nil, in: version).response
        case .single(let message):
            return try await exchange.reply(to: message)?.response ?? Response(status: .accepted)
        case .batch(let messages): return try await exchange.response(to: messages)
        }
    }

    /// `DELETE …/mcp`: ends a session of the protocol, and cancels what it still runs.
    @Sendable
    private func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try await admit(request, context)
        guard let session = try await session(of: request, context) else {
            throw Failure(.sessionRequestValidationFailed, "The header Mcp-Session-Id is missing.")
        }
        await calls.end(session)
        return Response(status: .noContent)
    }

    private func admit(_ request: Request, _ context: APIContext) async throws(Failure) -> PoolConfiguration {
        try checkOrigin(of: request)
        try context.require(Self.rights)
        let pool = try await dispatch.pool(named: try context.poolName())
        guard pool.mcp.isEnabled else { throw MCPCredentials.notEnabled(pool.name) }
        return pool
    }

    /// Turns away web pages from elsewhere.
    ///
    /// Whoever sends an `Origin` is a page, and it may have rebound a name to this address. `Host` proves
    /// nothing then, so it is not asked.
    private func checkOrigin(of request: Request) throws(Failure) {
        guard let origin = request.headers[.origin], origin != links.publicOrigin else { return }
        let local = ["localhost", "127.0.0.1", "[::1]"].contains { host in
            ["http://", "https://"].contains { scheme in
                origin == scheme + host || origin.hasPrefix(scheme + host + ":")
            }
        }
        guard local else {
            throw Failure(
                .forbidden,
                "The Origin is not one of this server: local pages and listen.publicUrl are."
            )
        }
    }

    private func session(
        of request: Request,
        _ context: APIContext
    ) async throws(Failure) -> MCPCalls.Session? {
        guard let name = request.headers[HeaderNames.mcpSession] else { return nil }
        guard (1...128).contains(name.utf8.count) else {
            throw Failure(
                .sessionRequestValidationFailed,
                "The header Mcp-Session-Id has to be what initialize was answered with."
            )
        }
        let session = MCPCalls.Session(caller: context.caller?.name ?? "", name: name)
        guard await !calls.hasEnded(session) else {
            throw Failure(.notFound, "The MCP session has ended. Begin another one with initialize.")
        }
        return session
    }
}

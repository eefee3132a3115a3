internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// All routes there are, and what every request passes on its way to them.
///
/// The router ignores empty parts of a path, so doubled and trailing slashes do not matter.
struct RouteTable {
    let dispatch: any SessionDispatch
    let access: APIAccess
    let bodyTimeout: Duration
    let silence: SilenceBounds
    /// Makes the links in answers.
    let links: NextLink
    /// Whether the process stops soon.
    let departure: Departure?
    let metrics: APIMetrics

    /// Where a pool's routes begin: our own form and the one of Azure.
    static let poolPrefixes = [
        "/pools/{pool}",
        "/subscriptions/{subscription}/resourceGroups/{group}/sessionPools/{pool}",
    ]
    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .delete, .patch, .options, .trace, .connect,
    ]

    /// A path and what is done for its methods.
    struct Route {
        let path: String
        let handlers: [HTTPRequest.Method: Handler]
    }

    /// The routes that need no credential.
    private var openRoutes: [Route] {
        let health = HealthRoutes(dispatch: dispatch, departure: departure)
        return [
            Route(path: "/healthz", handlers: [.get: health.alive]),
            Route(path: "/readyz", handlers: [.get: health.ready]),
            Route(path: DescriptionRoute.path, handlers: [.get: DescriptionRoute().show]),
        ] + joinRoutes.open
    }

    private var joinRoutes: JoinRoutes { JoinRoutes(joining: access.joining, bodyTimeout: bodyTimeout) }

    /// The routes that need one.
    private var guardedRoutes: [Route] {
        let keyRoutes = access.keys.map { KeyRoutes(keys: $0, bodyTimeout: bodyTimeout).all } ?? []
        let nodeRoutes = access.nodes.map { nodes in
            let changes = access.nodeControl.map {
                NodeChangeRoutes(control: $0, nodes: nodes, bodyTimeout: bodyTimeout)
            }
            return NodeRoutes(nodes: nodes, dispatch: dispatch, changes: changes)
        }
        let console = nodeRoutes.map { Route(path: NodeRoutes.consolePath, handlers: [.get: $0.console]) }
        let below =
            executionRoutes + sessionRoutes + fileRoutes + terminalRoutes + mcpRoutes
            + [console].compactMap(\.self)
        let metricsRoute = MetricsRoute(registry: metrics.registry)
        return [Route(path: MetricsRoute.path, handlers: [.get: metricsRoute.show])] + keyRoutes
            + joinRoutes.guarded + (nodeRoutes?.all ?? []) + poolRoutes
            + Self.poolPrefixes.flatMap { prefix in
                below.map { Route(path: prefix + $0.path, handlers: $0.handlers) }
            }
    }

    private var poolRoutes: [Route] {
        guard let control = access.pools else { return [] }
        let pools = SessionPools(control: control)
        let credentials = mcpCredentials.map { MCPCredentialRoutes(credentials: $0, pools: pools).all }
        return SessionPoolRoutes(pools: pools, links: links, bodyTimeout: bodyTimeout).all
            + (credentials ?? [])
    }

    private var mcpRoutes: [Route] {
        MCPRoutes(dispatch: dispatch, bodyTimeout: bodyTimeout, links: links).all
    }

    /// The keys that hold for one pool's MCP server.
    private var mcpCredentials: MCPCredentials? {
        guard let keys = access.mcpKeys, let pools = access.pools else { return nil }
        return MCPCredentials(dispatch: dispatch, pools: pools, keys: keys)
    }

    /// All routes there are, each method with its path.
    var all: [(method: HTTPRequest.Method, path: String)] {
        (openRoutes + guardedRoutes).flatMap { route in
            route.handlers.keys.map { ($0, route.path) }
        }
    }

    /// Builds the router.
    func router() -> Router<APIContext> {
        let router = Router(
            context: APIContext.self,
            options: [.caseInsensitive, .autoGenerateHeadEndpoints]
        )
        router.add(middleware: LargeBodyMiddleware())
        router.add(middleware: TraceMiddleware(tracer: metrics.tracer))
        router.add(middleware: MetricsMiddleware(metrics: metrics))
        if let audit = access.audit { router.add(middleware: AuditMiddleware(log: audit)) }
        router.add(middleware: ErrorMiddleware())
        for route in openRoutes { add(route, to: router) }
        router.add(
            middleware: AuthenticationMiddleware(authenticator: access.authenticator, mcp: mcpCredentials)
        )
        router.add(middleware: RateLimitMiddleware(rates: RequestRates(standard: access.rate)))
        router.add(middleware: AuditPlaceMiddleware())
        for route in guardedRoutes { add(route, to: router) }
        return router
    }

    private var executionRoutes: [Route] {
        let executions = ExecutionRoutes(dispatch: dispatch, bodyTimeout: bodyTimeout, silence: silence)
        let stored = StoredExecutionRoutes(dispatch: dispatch, silence: silence)
        return ExecutionRoutes.all.map { Route(path: $0.path, handlers: [.post: executions.run($0)]) } + [
            Route(
                path: StoredExecutionRoutes.path,
                handlers: [.get: stored.show, .delete: stored.cancel]
            )
        ]
    }

    private var fileRoutes: [Route] {
        let files = FileRoutes(dispatch: dispatch, links: links)
        let upload = FileUploadRoutes(dispatch: dispatch, bodyTimeout: .seconds(900))
        let download = FileDownloadRoutes(dispatch: dispatch)
        // Below it stand names with slashes, which the router cannot tell from its own parts.
        let below: [HTTPRequest.Method: Handler] = [
            .get: { request, context in
                try await FilePathInRoute(request, context, namesContent: true).isDownload
                    ? download.send(request, context) : files.show(request, context)
            }, .delete: files.remove,
        ]
        return [
            Route(path: "/files", handlers: [.get: files.list(nil), .post: upload.take(nil)]),
            Route(path: "/files/**", handlers: below.merging([.head: download.head]) { first, _ in first }),
            Route(
                path: "/files/upload",
                handlers: below.merging([.post: upload.take(.wrapped), .head: download.head]) { first, _ in
                    first
                }
            ),
            Route(path: "/python/uploadFile", handlers: [.post: upload.take(.first)]),
            Route(path: "/python/files", handlers: [.get: files.list(.first)]),
            Route(path: "/python/downloadFile", handlers: [.get: download.send, .head: download.head]),
        ]
    }

    private var terminalRoutes: [Route] {
        let terminals = TerminalRoutes(dispatch: dispatch, bodyTimeout: bodyTimeout)
        let output = TerminalOutputRoute(dispatch: dispatch, silence: silence.ofStream)
        let place = TerminalRoutes.place
        return [
            Route(path: TerminalRoutes.path, handlers: [.get: terminals.list, .post: terminals.open]),
            Route(
                path: place,
                handlers: [.get: terminals.show, .patch: terminals.resize, .delete: terminals.close]
            ),
            Route(path: place + "/output", handlers: [.get: output.send]),
            Route(path: place + "/input", handlers: [.post: terminals.type]),
        ]
    }

    private var sessionRoutes: [Route] {
        let sessions = SessionRoutes(dispatch: dispatch, links: links)
        let show = sessions.show(.management)
        let list = sessions.list(.management)
        return [
            Route(path: "/session", handlers: [.get: sessions.show(.flat), .delete: sessions.delete]),
            Route(path: "/listSessions", handlers: [.get: sessions.list(.flat)]),
            Route(path: "/endedSessions", handlers: [.get: sessions.ended]),
            Route(path: "/metadata", handlers: [.get: MetadataRoutes(dispatch: dispatch).show]),
            Route(path: "/.management/getSession", handlers: [.get: show, .post: show]),
            Route(path: "/.management/listSessions", handlers: [.get: list, .post: list]),
            Route(path: "/.management/stopSession", handlers: [.post: sessions.stop]),
        ]
    }

    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    private func add(_ route: Route, to router: Router<APIContext>) {
        let (path, handlers) = (route.path, route.handlers)
        for (method, handler) in handlers {
            router.on(RouterPath(path), method: method, use: handler)
        }
        // The router would make HEAD from GET, but only where nothing stands in its way.
        let taken = Self.methods.filter { handlers[$0] != nil || $0 == .head && handlers[.get] != nil }
        let refusal = MethodRefusal(allowed: taken.map(\.rawValue).joined(separator: ", "))
        for method in Self.methods where !taken.contains(method) {
            router.on(RouterPath(path), method: method) { _, _ -> Response in throw refusal }
        }
    }
}

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
    let bodyTimeout: TimeAmount
    /// Whether the server itself speaks TLS.
    let isSecure: Bool

    /// Where a pool's routes begin: our own form and the one of Azure.
    static let poolPrefixes = [
        "/pools/{pool}",
        "/subscriptions/{subscription}/resourceGroups/{group}/sessionPools/{pool}",
    ]
    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .delete, .patch, .options, .trace, .connect,
    ]

    /// Builds the router.
    func router() -> Router<APIContext> {
        let router = Router(
            context: APIContext.self,
            options: [.caseInsensitive, .autoGenerateHeadEndpoints]
        )
        if let audit = access.audit { router.add(middleware: AuditMiddleware(log: audit)) }
        router.add(middleware: ErrorMiddleware())
        let health = HealthRoutes(dispatch: dispatch)
        add("/healthz", [.get: health.alive], to: router)
        add("/readyz", [.get: health.ready], to: router)

        router.add(middleware: AuthenticationMiddleware(authenticator: access.authenticator))
        router.add(middleware: RateLimitMiddleware(rates: RequestRates(standard: access.rate)))
        router.add(middleware: AuditPlaceMiddleware())
        if let keys = access.keys {
            let routes = KeyRoutes(keys: keys, bodyTimeout: bodyTimeout)
            add(KeyRoutes.path, [.get: routes.list, .post: routes.create], to: router)
            add(KeyRoutes.path + "/{key}", [.delete: routes.revoke], to: router)
        }
        let executions = ExecutionRoutes(dispatch: dispatch, bodyTimeout: bodyTimeout)
        for route in ExecutionRoutes.all {
            for prefix in Self.poolPrefixes {
                add(prefix + route.path, [.post: executions.run(route)], to: router)
            }
        }
        addSessions(to: router)
        addFiles(to: router)
        return router
    }

    private func addFiles(to router: Router<APIContext>) {
        let files = FileRoutes(dispatch: dispatch, links: NextLink(isSecure: isSecure))
        let upload = FileUploadRoutes(dispatch: dispatch, bodyTimeout: .seconds(900))
        let download = FileDownloadRoutes(dispatch: dispatch)
        for prefix in Self.poolPrefixes {
            add(prefix + "/files", [.get: files.list(nil), .post: upload.take(nil)], to: router)
            // Below it stand names with slashes, which the router cannot tell from its own parts.
            let below: [HTTPRequest.Method: Handler] = [
                .get: { request, context in
                    try await FilePathInRoute(context, namesContent: true).isDownload
                        ? download.send(request, context) : files.show(request, context)
                }, .delete: files.remove,
            ]
            add(prefix + "/files/**", below.merging([.head: download.head]) { first, _ in first }, to: router)
            add(
                prefix + "/files/upload",
                below.merging([.post: upload.take(.wrapped)]) { first, _ in first },
                to: router
            )
            add(prefix + "/python/uploadFile", [.post: upload.take(.first)], to: router)
            add(prefix + "/python/files", [.get: files.list(.first)], to: router)
            add(prefix + "/python/downloadFile", [.get: download.send, .head: download.head], to: router)
        }
    }

    private func addSessions(to router: Router<APIContext>) {
        let sessions = SessionRoutes(dispatch: dispatch, links: NextLink(isSecure: isSecure))
        let show = sessions.show(.management)
        let list = sessions.list(.management)
        for prefix in Self.poolPrefixes {
            add(prefix + "/session", [.get: sessions.show(.flat), .delete: sessions.delete], to: router)
            add(prefix + "/listSessions", [.get: sessions.list(.flat)], to: router)
            add(prefix + "/endedSessions", [.get: sessions.ended], to: router)
            add(prefix + "/.management/getSession", [.get: show, .post: show], to: router)
            add(prefix + "/.management/listSessions", [.get: list, .post: list], to: router)
            add(prefix + "/.management/stopSession", [.post: sessions.stop], to: router)
        }
    }

    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    private func add(
        _ path: String,
        _ handlers: [HTTPRequest.Method: Handler],
        to router: Router<APIContext>
    ) {
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

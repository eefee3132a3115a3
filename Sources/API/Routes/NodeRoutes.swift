internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore

/// The routes that show operators the nodes of the cluster and the consoles of guests, and everybody the version.
struct NodeRoutes: Sendable {
    static let path = "/cloister/v1/nodes"
    static let versionPath = "/cloister/v1/version"
    /// Below a pool.
    static let consolePath = "/console"

    let nodes: any NodeDispatch
    let dispatch: any SessionDispatch
    /// What changes nodes; nil where nothing does.
    let changes: NodeChangeRoutes?

    /// The routes that are no pool's.
    var all: [RouteTable.Route] {
        let place = Self.path + "/{node}"
        var handlers: [HTTPRequest.Method: RouteTable.Handler] = [.get: show]
        handlers[.delete] = changes?.remove
        return [
            RouteTable.Route(path: Self.path, handlers: [.get: list]),
            RouteTable.Route(path: place, handlers: handlers),
            RouteTable.Route(path: Self.versionPath, handlers: [.get: version]),
        ] + (changes?.below.map { RouteTable.Route(path: place + $0.path, handlers: $0.handlers) } ?? [])
    }

    /// `GET /cloister/v1/nodes`.
    @Sendable
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let resources = await nodes.nodes().map { NodeResource($0).json }
        return Response(json: JSONValue.object([.init("nodes", .array(resources))]).encoded)
    }

    /// `GET /cloister/v1/nodes/{name}`.
    @Sendable
    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let name = PercentEncoding.decoded(context.parameters.get("node") ?? "")
        guard let node = await nodes.nodes().first(where: { $0.name == name }) else {
            throw Failure(.resourceNotFound, "There is no node of this name.")
        }
        return Response(json: NodeResource(node).json.encoded)
    }

    /// `GET /cloister/v1/version`, for everybody whose key is valid.
    @Sendable
    func version(_ request: Request, _ context: APIContext) async throws -> Response {
        let resource = VersionResource(
            version: ProductVersion.text,
            apiVersions: APIVersion.all.map(\.name)
        )
        return Response(json: resource.json.encoded)
    }

    /// `GET …/console`: for operators, for a kernel's messages help those who want to break out of it.
    @Sendable
    func console(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.administration)
        let session = try await PoolRequest(request, context, dispatch).session()
        let text = try await nodes.console(of: session)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
                // No browser takes what a guest wrote for a page.
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: String(decoding: text, as: UTF8.self)))
        )
    }
}

extension NodeResource {
    init(_ node: NodeDescription) {
        self.init(
            name: node.name,
            role: node.isWorker ? "worker" : "coordinator",
            state: node.state,
            address: node.address,
            incarnation: node.incarnation.map { String($0.number, radix: 16) },
            sessions: node.sessionCount
        )
        version = node.version
        startedAt = node.startedMilliseconds.map { Timestamp(epochMilliseconds: $0).text }
        drainingSince = node.drain.map { Timestamp(epochMilliseconds: $0.sinceMilliseconds).text }
        drainDeadline = node.drain?.deadlineMilliseconds.map { Timestamp(epochMilliseconds: $0).text }
        guard let worker = node.worker else { return }
        epoch = Int(clamping: worker.epoch.number)
        capacity = Capacity(sessions: worker.capacity.sessions, weight: worker.capacity.weight)
        // A sum of many parts may miss the whole by its last digit.
        ringShare = min(worker.ringShare, 1)
        lastSeenAt = Timestamp(epochMilliseconds: worker.lastSeenMilliseconds).text
        if worker.own?.hasNoOpSandboxes == true { noOpSandbox = true }
        ready = worker.own?.ready.map { entry in
            Ready(
                pool: entry.pool.text,
                wanted: entry.wanted,
                ready: entry.ready,
                starting: entry.starting
            )
        }
    }
}

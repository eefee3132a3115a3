internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// The routes with which operators drain workers and remove them.
struct NodeChangeRoutes: Sendable {
    let control: any NodeControl
    let nodes: any NodeDispatch
    let bodyTimeout: Duration

    /// The routes below a node.
    var below: [RouteTable.Route] {
        [
            RouteTable.Route(path: "/drain", handlers: [.post: drain]),
            RouteTable.Route(path: "/undrain", handlers: [.post: undrain]),
        ]
    }

    /// `POST /cloister/v1/nodes/{name}/drain`.
    @Sendable
    func drain(_ request: Request, _ context: APIContext) async throws -> Response {
        let name = try name(context)
        let body = try await RequestBodyReader(limit: NodeDrainRequest.bodyLimit)
            .bytes(of: request, on: context.connection, within: bodyTimeout)
        try await control.drain(name, within: try NodeDrainRequest.parse(body).deadline)
        return try await shown(name)
    }

    /// `POST /cloister/v1/nodes/{name}/undrain`.
    @Sendable
    func undrain(_ request: Request, _ context: APIContext) async throws -> Response {
        let name = try name(context)
        try await control.undrain(name)
        return try await shown(name)
    }

    /// `DELETE /cloister/v1/nodes/{name}`.
    @Sendable
    func remove(_ request: Request, _ context: APIContext) async throws -> Response {
        try await control.remove(try name(context))
        return Response(status: .noContent)
    }

    /// The node of the route, once it is known that the caller may change it.
    private func name(_ context: APIContext) throws(Failure) -> String {
        try context.require(.administration)
        let name = PercentEncoding.decoded(context.parameters.get("node") ?? "") ?? ""
        // Anything else is a stranger's text of any length.
        if let worker = try? WorkerID(name) { context.audit?.note { $0.operationID = worker.text } }
        return name
    }

    private func shown(_ name: String) async throws(Failure) -> Response {
        guard let node = await nodes.nodes().first(where: { $0.name == name }) else {
            throw Failure(.resourceNotFound, "There is no node of this name.")
        }
        return Response(json: NodeResource(node).json.encoded)
    }
}

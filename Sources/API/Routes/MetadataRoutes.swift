internal import APIModel
internal import Coordinator
internal import Domain
internal import Hummingbird
internal import Identity

/// The route that tells what a pool's sandboxes have installed.
struct MetadataRoutes: Sendable {
    let dispatch: any SessionDispatch

    /// `GET …/metadata`.
    @Sendable
    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.execute)
        let asked = try await PoolRequest(request, context, dispatch)
        return Response(json: MetadataResource(try await dispatch.image(of: asked.pool.name)).json.encoded)
    }
}

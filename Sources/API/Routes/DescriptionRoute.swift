internal import APIModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The route that describes all routes to programs (OpenAPI 3.1); without authentication.
struct DescriptionRoute: Sendable {
    static let path = "/openapi.json"

    /// `GET /openapi.json`.
    @Sendable
    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        Response(json: PackageResources.openapi_json)
    }
}

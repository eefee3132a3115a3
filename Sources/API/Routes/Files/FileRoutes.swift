internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity

/// The routes that list, show and remove files.
struct FileRoutes: Sendable {
    /// How many files a page of a list has; the older generations know no pages and get that many at most.
    private static let pageSize = 5_000

    let dispatch: any SessionDispatch
    let links: NextLink

    /// `GET …/files` and its older name.
    func list(_ fixedShape: FileShape?) -> RouteTable.Handler {
        { request, context in
            try context.require(.files)
            let asked = try await PoolRequest(request, context, dispatch)
            let session = try asked.session()
            let shape = fixedShape ?? FileShape(asked.version)
            let folder = try asked.folder()
            let after = try SessionFilePath(
                try asked.query.value(of: "after", failingWith: .filePathInvalid) ?? ""
            )
            // The older shapes name files from the data folder on, folders they do not show.
            let isRecursive = try shape != .flat || asked.isRecursive()
            let list = try await context.connection.cancellingOnDisconnect {
                try await self.list(folder, of: session, isRecursive: isRecursive, after: after)
            }
            let shown = shape == .flat ? list.files : list.files.filter { !$0.isFolder }
            let link =
                list.isComplete ? nil : list.files.last.map { nextLink(request, asked, after: $0.path) }
            let resources = shown.map { FileResource($0, base: folder) }
            return Response(json: FileResource.list(resources, nextLink: link, as: shape).encoded)
        }
    }

    /// `GET …/files/{name}`.
    @Sendable
    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.files)
        let (asked, session, path) = try await file(request, context)
        let resource = FileResource(try await dispatch.file(at: path, of: session), base: path.folder)
        let shape = FileShape(asked.version)
        let body = shape == .flat ? resource.json(as: .flat) : FileResource.list([resource], as: shape)
        return Response(json: body.encoded)
    }

    /// `DELETE …/files/{name}`.
    @Sendable
    func remove(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.files)
        let (asked, session, path) = try await file(request, context)
        try await dispatch.removeFile(at: path, of: session)
        guard FileShape(asked.version) == .wrapped else { return Response(status: .noContent) }
        let body = JSONValue.object([.init("message", .string("file deleted successfully"))])
        return Response(json: body.encoded)
    }

    private func file(
        _ request: Request,
        _ context: APIContext
    ) async throws(Failure) -> (PoolRequest, SessionKey, SessionFilePath) {
        let asked = try await PoolRequest(request, context, dispatch)
        let session = try asked.session()
        let path = try FilePathInRoute(request, context, namesContent: false).path(in: asked.folder())
        return (asked, session, asked.noted(path))
    }

    /// A folder that is not there is an empty one to clients that have not written anything yet.
    private func list(
        _ folder: SessionFilePath,
        of session: SessionKey,
        isRecursive: Bool,
        after: SessionFilePath
    ) async throws(Failure) -> SessionFileList {
        do throws(Failure) {
            return try await dispatch.files(
                in: folder,
                of: session,
                isRecursive: isRecursive,
                after: after,
                most: Self.pageSize
            )
        } catch {
            guard error.code == .fileNotFound else { throw error }
            return SessionFileList(files: [], isComplete: true)
        }
    }

    private func nextLink(_ request: Request, _ asked: PoolRequest, after: SessionFilePath) -> String {
        let kept = (request.uri.query ?? "").split(separator: "&").filter {
            !$0.lowercased().hasPrefix("after=")
        }
        let query = (kept + ["after=\(PercentEncoding.encoded(after.text))"]).joined(separator: "&")
        return "\(links.origin(of: request))\(request.uri.path)?\(query)"
    }
}

extension PoolRequest {
    /// Whether folders below are to be listed as well.
    fileprivate func isRecursive() throws(Failure) -> Bool {
        switch try query.value(of: "recursive", failingWith: .sessionRequestValidationFailed)?.lowercased() {
        case nil, "", "false", "0": return false
        case "true", "1": return true
        default:
            throw Failure(
                .sessionRequestValidationFailed,
                "The query parameter recursive has to be true or false."
            )
        }
    }
}

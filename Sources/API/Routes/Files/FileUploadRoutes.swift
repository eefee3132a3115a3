internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore

/// The routes that take files, each a form with one file or several.
struct FileUploadRoutes: Sendable {
    /// What the form may have beside the files, in bytes.
    private static let formBytes = 1 << 20
    /// The longest body, in bytes.
    private static let bodyBytes = FileLimits.uploadBytes + formBytes

    let dispatch: any SessionDispatch
    let bodyTimeout: Duration

    /// `POST …/files` and its older names.
    func take(_ fixedShape: FileShape?) -> RouteTable.Handler {
        { request, context in
            try context.require(.files)
            let asked = try await PoolRequest(request, context, dispatch)
            let session = try asked.session()
            let folder = try asked.folder()
            if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
                throw Failure(
                    .unsupportedMediaType,
                    "Compressed bodies are not taken; send the file as it is."
                )
            }
            if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.bodyBytes {
                throw Self.tooLarge
            }
            context.connection.invite(bodyOf: request)
            let upload = FileUpload(
                dispatch: dispatch,
                session: session,
                folder: folder,
                limit: Self.bodyBytes
            )
            let files = try await context.connection.closing(after: bodyTimeout) {
                () async throws(Failure) in
                // Some clients label the form as something else, or do not say its boundary: then it is
                // looked for in the body itself.
                let boundary = request.headers[.contentType].flatMap { MultipartParser.boundary(of: $0) }
                return try await upload.take(request.body, boundary: boundary)
            }
            guard !files.isEmpty else {
                throw Failure(
                    .sessionRequestValidationFailed,
                    "The form has no file: send multipart/form-data with a part that has a filename."
                )
            }
            let shape = fixedShape ?? FileShape(asked.version)
            let resources = files.map { FileResource($0, base: folder) }
            return Response(json: FileResource.uploaded(resources, as: shape).encoded)
        }
    }

    static let tooLarge = Failure(
        .payloadTooLarge,
        "The files of one upload may have \(FileLimits.uploadBytes) bytes together."
    )
}

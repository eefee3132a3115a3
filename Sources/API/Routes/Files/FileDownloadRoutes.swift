internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity

/// The routes that send what is in a file.
struct FileDownloadRoutes: Sendable {
    let dispatch: any SessionDispatch

    /// `GET …/files/{name}/content` and its older names.
    @Sendable
    func send(_ request: Request, _ context: APIContext) async throws -> Response {
        let (session, path) = try await file(request, context)
        let open = try await dispatch.openFile(at: path, of: session)
        var response = head(of: open.file, for: request)
        let range = range(of: open.file, for: request)
        guard case .part(let part) = range, response.status != .notModified else {
            open.close()
            if case .unsatisfiable = range, response.status != .notModified {
                throw RangeRefusal(size: open.file.size)
            }
            return response
        }
        let connection = context.connection
        response.body = ResponseBody(contentLength: part.count) { writer in
            defer { open.close() }
            try await FileDownload(file: open, connection: connection).write(part, to: &writer)
            try await writer.finish(nil)
        }
        return response
    }

    /// `HEAD` of the same, and of what is known about a file.
    @Sendable
    func head(_ request: Request, _ context: APIContext) async throws -> Response {
        let (session, path) = try await file(request, context)
        let file = try await dispatch.file(at: path, of: session)
        var response = head(of: file, for: request)
        response.headers[.contentLength] = String(file.size)
        return response
    }

    private func file(
        _ request: Request,
        _ context: APIContext
    ) async throws -> (SessionKey, SessionFilePath) {
        try context.require(.files)
        let asked = try await PoolRequest(request, context, dispatch)
        let session = try asked.session()
        let folder = try asked.folder()
        // The first preview names the file in the query.
        guard let name = try asked.query.value(of: "filename", failingWith: .filePathInvalid) else {
            return (
                session,
                asked.noted(try FilePathInRoute(request, context, namesContent: true).path(in: folder))
            )
        }
        let path = try SessionFilePath(name)
        guard !path.names.isEmpty else { throw Failure(.filePathInvalid, "The file's path is empty.") }
        return (session, asked.noted(try folder.appending(path)))
    }

    /// Status and headers; the body is the caller's affair.
    private func head(of file: SessionFile, for request: Request) -> Response {
        let tag = Self.tag(of: file)
        var headers: HTTPFields = [
            .acceptRanges: "bytes", .eTag: tag, .lastModified: FileTime(nanoseconds: file.modified).header,
            .contentType: ContentType.of(file.path.name), .xContentTypeOptions: "nosniff",
            .contentDisposition: "attachment; filename*=UTF-8''\(PercentEncoding.encoded(file.path.name))",
        ]
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(tag) {
            return Response(status: .notModified, headers: headers)
        }
        guard case .part(let part) = range(of: file, for: request), part != 0..<file.size else {
            return Response(status: .ok, headers: headers)
        }
        headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
        return Response(status: .partialContent, headers: headers)
    }

    private static func tag(of file: SessionFile) -> String {
        "\"\(String(file.modified, radix: 16))-\(String(file.size, radix: 16))\""
    }

    /// The bytes that are wanted; all of them where the request names none.
    private func range(of file: SessionFile, for request: Request) -> ByteRange {
        // What it means is said for GET alone (RFC 9110, section 14.2).
        guard request.method == .get else { return .part(0..<file.size) }
        // A client that has the beginning of another version wants all of this one (RFC 9110, section 13.1.5).
        if let condition = request.headers[.ifRange], condition != Self.tag(of: file) {
            return .part(0..<file.size)
        }
        let range = ByteRange(request.headers[.range], size: file.size)
        return range == .whole ? .part(0..<file.size) : range
    }
}

/// The file does not have the range that was asked for.
struct RangeRefusal: Error {
    /// The size of the file, in bytes.
    let size: Int
}

/// Sends a file in parts, of which a few are asked for at once, in the order of the file.
struct FileDownload: Sendable {

    let file: any FileReading
    let connection: ClientConnection

    /// Sends a part of the file.
    ///
    /// - Parameters:
    ///   - range: the bytes.
    ///   - writer: where they go; it decides the pace.
    /// - Throws: why not all of them were sent; the client notices by the missing bytes.
    func write(_ range: Range<Int>, to writer: inout any ResponseBodyWriter) async throws {
        try await withThrowingTaskGroup(of: (offset: Int, bytes: [UInt8]).self) { group in
            var asked = range.lowerBound
            var written = range.lowerBound
            var early: [Int: [UInt8]] = [:]
            while written < range.upperBound {
                while asked < range.upperBound,
                    asked - written < FileLimits.chunkBytes * FileLimits.chunksUnderWay
                {
                    let count = min(FileLimits.chunkBytes, range.upperBound - asked)
                    group.addTask { [asked] in (asked, try await file.read(at: asked, count: count)) }
                    asked += count
                }
                guard let part = try await group.next() else { return }
                early[part.offset] = part.bytes
                while let bytes = early.removeValue(forKey: written) {
                    guard bytes.count == min(FileLimits.chunkBytes, range.upperBound - written) else {
                        throw Failure(.sandboxFailed, "The file became shorter while it was read.")
                    }
                    try await connection.write(bytes, to: &writer)
                    written += bytes.count
                }
            }
        }
    }
}

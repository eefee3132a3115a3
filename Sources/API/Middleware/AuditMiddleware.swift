internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Telemetry

/// Writes a line into the audit log for each request to a pool and to the keys, and for each that changes a node, whatever becomes of it.
///
/// It stands around everything else, and reads what it can from request and answer; a route adds through
/// ``APIContext/audit`` what only it knows.
struct AuditMiddleware: RouterMiddleware {
    typealias Context = APIContext

    /// From this size on an answer's line is written when it was sent, not when it begins to be.
    private static let countedBytes = 64 << 10

    let log: AuditLog

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let entry = Self.entry(for: request, context) else { return try await next(request, context) }
        let draft = log.draft(entry)
        var context = context
        context.audit = draft
        var response = try await next(request, context)
        draft.note { entry in
            entry.status = response.status.code
            entry.errorCode = response.headers[HeaderNames.errorCode] ?? entry.errorCode
            entry.operationID = response.headers[HeaderNames.operationID] ?? entry.operationID
            entry.session = response.headers[HeaderNames.sessionGUID] ?? entry.session
            entry.bytesOut = response.body.contentLength
            if entry.outcome == nil {
                entry.outcome = response.status.kind == .successful ? "done" : "refused"
            }
        }
        if Self.isTyping(request, context), response.status.kind == .successful {
            draft.withdraw()
        } else if let length = response.body.contentLength, length <= Self.countedBytes {
            finish(draft, context)
        } else {
            response.body = counted(response.body, draft, context)
        }
        return response
    }

    /// Whether a request is one of the many of a terminal whose opening and end are told already; what is
    /// typed is nobody's business, and a line for each key would drown the rest.
    private static func isTyping(_ request: Request, _ context: APIContext) -> Bool {
        guard context.isOfTerminal else { return false }
        return request.method == .patch || request.method == .post
    }

    private static func entry(for request: Request, _ context: APIContext) -> AuditEntry? {
        guard let path = context.endpointPath else { return nil }
        let isNodeChange = path.hasPrefix(NodeRoutes.path) && [.post, .delete].contains(request.method)
        guard context.isOfPool || isNodeChange || path.hasPrefix(KeyRoutes.path) else { return nil }
        // The router knows paths in lower case only.
        let route = RouteTable.poolPrefixes.first { path.lowercased().hasPrefix($0.lowercased() + "/") }.map {
            path.dropFirst($0.count)
        }
        var entry = AuditEntry(operation: "\(request.method.rawValue) \(route ?? path[...])")
        entry.traceID = context.traceID
        entry.pool = try? context.poolName().text
        // Of the names in a request only well-formed ones: the rest is a stranger's text of any length.
        let name = try? RequestQuery(request.uri.query ?? "").value(of: "identifier", failingWith: .notFound)
        entry.identifier = try? name.flatMap { try SessionIdentifier($0).text }
        entry.operationID = try? request.headers[HeaderNames.operationID].flatMap { try ExecutionID($0).text }
        entry.bytesIn = request.headers[.contentLength].flatMap { Int($0) }
        return entry
    }

    private func finish(_ draft: AuditDraft, _ context: APIContext) {
        let total = context.receivedAt.duration(to: .now) / .milliseconds(1)
        draft.note { $0.milliseconds["total"] = total }
        draft.finish()
    }

    private func counted(_ body: ResponseBody, _ draft: AuditDraft, _ context: APIContext) -> ResponseBody {
        draft.note { $0.bytesOut = 0 }
        let counted = body.map { buffer in
            draft.note { $0.bytesOut = ($0.bytesOut ?? 0) + buffer.readableBytes }
            return buffer
        }
        return ResponseBody(contentLength: body.contentLength) { writer in
            do {
                try await counted.write(writer)
            } catch {
                draft.note { $0.outcome = "broken" }
                finish(draft, context)
                throw error
            }
            finish(draft, context)
        }
    }
}

/// Lets a request through only when its line has a place in the audit log: what is done is told, or not done.
struct AuditPlaceMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard context.audit?.reserve() ?? true else {
            throw Failure(.auditUnavailable, FailureCode.auditUnavailable.meaning, retryAfterSeconds: 5)
        }
        return try await next(request, context)
    }
}

internal import APIModel
internal import HTTPTypes
internal import Hummingbird

/// What an MCP request is answered with.
struct MCPReply: Sendable {
    /// The form of the answer.
    enum Form: Sendable {
        /// One message.
        case message(JSONValue)
        /// Messages as they come; the last one is the answer.
        case events(ResponseBody)
    }

    let form: Form
    var status = HTTPResponse.Status.ok
    /// The session that begins with it.
    var session: String?

    init(_ form: Form) { self.form = form }

    /// Answers a request that has no result.
    ///
    /// - Parameters:
    ///   - error: why.
    ///   - identifier: the request, if its name could be read.
    ///   - version: what the client speaks; it decides the HTTP status.
    init(_ error: RPCError, to identifier: RPCIdentifier?, in version: MCPVersion) {
        form = .message(error.json(for: identifier))
        switch error.code {
        case .malformed, .invalidRequest, .headerMismatch, .unsupportedVersion: status = .badRequest
        case .invalidParameters where version.isStateless: status = .badRequest
        case .unknownMethod where version.isStateless: status = .notFound
        default: status = .ok
        }
    }

    /// The answer as HTTP has it.
    var response: Response {
        switch form {
        case .message(let json):
            var response = Response(json: json.encoded, status: status)
            response.headers[HeaderNames.mcpSession] = session
            return response
        case .events(let body):
            let headers: HTTPFields = [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                HeaderNames.accelBuffering: "no",
            ]
            return Response(status: .ok, headers: headers, body: body)
        }
    }
}

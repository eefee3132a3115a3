internal import APIModel
internal import Coordinator
internal import Domain
internal import Hummingbird
internal import Telemetry

/// One HTTP request to an MCP server, and what its messages are answered with.
struct MCPExchange: Sendable {
    let dispatch: any SessionDispatch
    let pool: PoolConfiguration
    let calls: MCPCalls
    let context: APIContext
    let version: MCPVersion
    /// The client's session of the protocol; nil where it has none.
    let session: MCPCalls.Session?
    let metadata: MCPMetadata
    /// Whether the client takes an answer in several messages.
    var takesEvents: Bool

    /// Answers a message.
    ///
    /// - Parameter message: the message.
    /// - Returns: the answer; nil for what wants none.
    /// - Throws: what is no affair of the protocol, such as a client that went away.
    func reply(to message: RPCMessage) async throws -> MCPReply? {
        switch message {
        case .request(let identifier, let method, let parameters):
            do {
                return try await reply(to: identifier, method, parameters)
            } catch let error as RPCError {
                context.audit?.note { $0.outcome = $0.outcome ?? "refused" }
                return MCPReply(error, to: identifier, in: version)
            }
        case .notification(let method, let parameters):
            await take(method, parameters)
            return nil
        case .response: return nil
        case .invalid(let identifier):
            let error = RPCError(.invalidRequest, "The body is no JSON-RPC 2.0 request or notification.")
            return MCPReply(error, to: identifier, in: version)
        }
    }

    /// Answers a batch.
    ///
    /// It has one call of a tool at most, for the audit log has one line for a request.
    ///
    /// - Parameter messages: the messages.
    /// - Returns: the answer.
    /// - Throws: what is no affair of the protocol.
    func response(to messages: [RPCMessage]) async throws -> Response {
        let isCall = { (message: RPCMessage) in
            if case .request(_, "tools/call", _) = message { true } else { false }
        }
        guard version.hasBatches, messages.count(where: isCall) <= 1 else {
            let sentence =
                version.hasBatches
                ? "A batch may call one tool; send further calls in requests of their own."
                : "MCP \(version) has no batches; send each message in a request of its own."
            return MCPReply(RPCError(.invalidRequest, sentence), to: nil, in: version).response
        }
        // A list is one body: nothing in it can be answered with events.
        var exchange = self
        exchange.takesEvents = false
        var answers: [JSONValue] = []
        for message in messages {
            if case .message(let json)? = try await exchange.reply(to: message)?.form { answers.append(json) }
        }
        guard !answers.isEmpty else { return Response(status: .accepted) }
        return Response(json: JSONValue.array(answers).encoded)
    }

    private func reply(
        to identifier: RPCIdentifier,
        _ method: String,
        _ parameters: JSONValue
    ) async throws -> MCPReply {
        if version.isStateless { try metadata.check(method, parameters) }
        switch method {
        case "initialize" where !version.isStateless:
            var reply = reply(MCPServerDescription.initialized(parameters), to: identifier)
            var generator = SystemRandomNumberGenerator()
            reply.session = RandomName.uuid(using: &generator)
            return reply
        case "ping" where !version.isStateless: return reply(.object([]), to: identifier)
        case "server/discover" where version.isStateless:
            return reply(MCPServerDescription.discovered, to: identifier)
        case "tools/list":
            guard parameters["cursor"].map({ $0 == .null }) ?? true else {
                throw RPCError(.invalidParameters, "The list has one page and no cursor.")
            }
            return reply(MCPServerDescription.tools, to: identifier)
        case "tools/call":
            let call = MCPToolRun(exchange: self, identifier: identifier, call: try MCPToolCall(parameters))
            return try await call.reply()
        default: throw RPCError(.unknownMethod, "There is no method \(method.prefix(128)).")
        }
    }

    /// The answer with a result.
    ///
    /// - Parameters:
    ///   - result: the result.
    ///   - identifier: the request.
    /// - Returns: the answer.
    func reply(_ result: JSONValue, to identifier: RPCIdentifier) -> MCPReply {
        MCPReply(.message(message(result, to: identifier)))
    }

    /// The message with a result.
    ///
    /// - Parameters:
    ///   - result: the result.
    ///   - identifier: the request.
    /// - Returns: the message.
    func message(_ result: JSONValue, to identifier: RPCIdentifier) -> JSONValue {
        RPCAnswer.json(version.isStateless ? MCPMetadata.completed(result) : result, for: identifier)
    }

    private func take(_ method: String, _ parameters: JSONValue) async {
        guard method == "notifications/cancelled", let session,
            let request = parameters["requestId"].flatMap({ RPCIdentifier($0) })
        else { return }
        await calls.cancel(MCPCalls.Key(session: session, request: request))
    }
}

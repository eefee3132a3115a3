internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// The routes that open terminals, type into them and end them.
struct TerminalRoutes: Sendable {
    static let path = "/terminals"
    static let place = path + "/{terminal}"

    let dispatch: any SessionDispatch
    let bodyTimeout: Duration

    /// `POST …/terminals`.
    @Sendable
    func open(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.execute)
        let session = try await PoolRequest(request, context, dispatch).session()
        let body = try await body(of: request, context, most: TerminalBody.bytesMax)
        let terminal = try await dispatch.openTerminal(try TerminalBody.spec(body), in: session)
        context.audit?.note { $0.operationID = terminal.id.description }
        var response = response(terminal)
        response.status = .created
        response.headers[.location] = location(of: terminal.id, request)
        return response
    }

    /// `GET …/terminals`.
    @Sendable
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.execute)
        let session = try await PoolRequest(request, context, dispatch).session()
        let terminals = try await dispatch.terminals(of: session).map { TerminalResource($0).json }
        return Response(json: JSONValue.object([.init("value", .array(terminals))]).encoded)
    }

    /// `GET …/terminals/{id}`.
    @Sendable
    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let subject = try await TerminalSubject(request, context, dispatch)
        return response(try await dispatch.terminal(subject.id, in: subject.session))
    }

    /// `PATCH …/terminals/{id}`: the size.
    @Sendable
    func resize(_ request: Request, _ context: APIContext) async throws -> Response {
        let subject = try await TerminalSubject(request, context, dispatch)
        let size = try TerminalBody.size(
            try await body(of: request, context, most: TerminalBody.bytesMax)
        )
        return response(try await dispatch.resizeTerminal(subject.id, in: subject.session, to: size))
    }

    /// `DELETE …/terminals/{id}`: that it ends is all that it asks for.
    @Sendable
    func close(_ request: Request, _ context: APIContext) async throws -> Response {
        let subject = try await TerminalSubject(request, context, dispatch)
        try await dispatch.closeTerminal(subject.id, in: subject.session)
        return Response(status: .noContent)
    }

    /// `POST …/terminals/{id}/input`.
    @Sendable
    func type(_ request: Request, _ context: APIContext) async throws -> Response {
        let subject = try await TerminalSubject(request, context, dispatch)
        let place = try subject.from()
        let bytes = try await body(of: request, context, most: TerminalLimits.inputBytes)
        let terminal = try await context.connection.cancellingOnDisconnect {
            try await dispatch.type(bytes, into: subject.id, in: subject.session, at: place)
        }
        return response(terminal)
    }

    private func body(
        of request: Request,
        _ context: APIContext,
        most: Int
    ) async throws(Failure) -> [UInt8] {
        try await RequestBodyReader(limit: most).bytes(
            of: request,
            on: context.connection,
            within: bodyTimeout
        )
    }

    private func response(_ terminal: TerminalDescription) -> Response {
        Response(json: TerminalResource(terminal).json.encoded)
    }

    private func location(of id: TerminalID, _ request: Request) -> String {
        var path = request.uri.path
        while path.hasSuffix("/") { path.removeLast() }
        return "\(path)/\(id)" + (request.uri.query.map { "?\($0)" } ?? "")
    }
}

/// The terminal that a request is about.
struct TerminalSubject: Sendable {
    let id: TerminalID
    let session: SessionKey
    private let query: RequestQuery

    /// Reads it, for a caller who may run code.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: what is known about it.
    ///   - dispatch: what knows the pools.
    /// - Throws: `forbidden`, `terminalNotFound`, and what is wrong with the request.
    init(
        _ request: Request,
        _ context: APIContext,
        _ dispatch: any SessionDispatch
    ) async throws(Failure) {
        try context.require(.execute)
        let asked = try await PoolRequest(request, context, dispatch)
        session = try asked.session()
        query = asked.query
        let id = try TerminalID(context.parameters.get("terminal") ?? "")
        context.audit?.note { $0.operationID = id.description }
        self.id = id
    }

    /// The place that the query names, in bytes from the beginning.
    ///
    /// - Returns: the place; nil when it names none.
    /// - Throws: `sessionRequestValidationFailed`.
    func from() throws(Failure) -> UInt64? {
        let code = FailureCode.sessionRequestValidationFailed
        guard let text = try query.value(of: "from", failingWith: code), !text.isEmpty else { return nil }
        guard let place = UInt64(text), place < 1 << 62, !text.hasPrefix("+") else {
            throw Failure(code, "The query parameter from has to be a whole number from 0 on.")
        }
        return place
    }
}

internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore

/// The routes that show sessions, end them, and tell how they ended.
///
/// None of them is a use of the session: its cooldown goes on.
struct SessionRoutes: Sendable {
    /// How many sessions a page has, as the contract has it.
    private static let pageSize = 300

    let dispatch: any SessionDispatch
    let links: NextLink

    /// `GET …/session`, `GET|POST …/.management/getSession`.
    func show(_ shape: SessionShape) -> RouteTable.Handler {
        { request, context in
            try context.require(.sessions)
            let session = try await PoolRequest(request, context, dispatch).session()
            do throws(Failure) {
                let resource = SessionResource(try await dispatch.session(session))
                return Response(json: resource.json(as: shape).encoded)
            } catch {
                throw await explained(error, of: session, shape)
            }
        }
    }

    /// `DELETE …/session`: that the identifier has no session afterwards is all that it asks for.
    @Sendable
    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.sessions)
        let session = try await PoolRequest(request, context, dispatch).session()
        do throws(Failure) {
            try await dispatch.stop(session)
        } catch {
            guard error.code == .noSessionFound || error.code == .sessionLost else { throw error }
        }
        return Response(status: .noContent)
    }

    /// `POST …/.management/stopSession`; not GET, which has to change nothing.
    @Sendable
    func stop(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.sessions)
        let session = try await PoolRequest(request, context, dispatch).session()
        do throws(Failure) {
            try await dispatch.stop(session)
        } catch {
            throw await explained(error, of: session, .management)
        }
        let text = "Session \(session.identifier) in session pool \(session.pool) stopped."
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// `GET …/listSessions`, `GET|POST …/.management/listSessions`.
    func list(_ shape: SessionShape) -> RouteTable.Handler {
        { request, context in
            try context.require(.sessions)
            let asked = try await PoolRequest(request, context, dispatch)
            let page = try await dispatch.sessions(
                of: asked.pool.name,
                skip: try skip(asked.query),
                most: Self.pageSize
            )
            let link = page.next.map { next in
                "\(links.origin(of: request))\(request.uri.path)?api-version=\(asked.version)&skip=\(next)"
            }
            return Response(json: SessionListResource(page.sessions, nextLink: link).encoded(as: shape))
        }
    }

    /// `GET …/endedSessions`: the tombstones of an identifier, newest first.
    @Sendable
    func ended(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.require(.sessions)
        let session = try PoolQuery(request, context).session()
        let records = await dispatch.endedSessions(of: session)
        // What is known of a removed pool's sessions outlives the pool.
        if records.isEmpty { _ = try await dispatch.pool(named: session.pool) }
        return Response(json: EndedSessionResource.encoded(records.map { EndedSessionResource($0) }))
    }

    private func skip(_ query: RequestQuery) throws(Failure) -> Int {
        let code = FailureCode.sessionRequestValidationFailed
        guard let text = try query.value(of: "skip", failingWith: code), !text.isEmpty else { return 0 }
        guard let skip = Int(text), (0...1_000_000_000).contains(skip) else {
            throw Failure(code, "The query parameter skip has to be a whole number from 0 on.")
        }
        return skip
    }

    /// The error of a session that is not there, in the words of the route and with its tombstone.
    private func explained(
        _ failure: Failure,
        of session: SessionKey,
        _ shape: SessionShape
    ) async -> any Error {
        guard failure.code == .noSessionFound || failure.code == .sessionLost else { return failure }
        let code: FailureCode = shape == .management ? .sessionWithIdentifierNotFound : .noSessionFound
        let message = "Could not find session with name '\(session.identifier)'."
        let end = await dispatch.endedSessions(of: session).first.map { EndedSessionResource($0) }
        return MissingSession(failure: Failure(code, message), end: end)
    }
}

/// A session is not there, and perhaps it is known why.
struct MissingSession: Error {
    let failure: Failure
    /// How the identifier's last session ended, if that is still known.
    let end: EndedSessionResource?
}

/// Links that clients follow as they are.
struct NextLink: Sendable {
    /// Whether the server itself speaks TLS; a link to the same port without it would show the client's key.
    let isSecure: Bool

    /// Where clients reach the server if it was configured; then nothing that a request says counts.
    var publicOrigin: String?

    /// Scheme and host under which the client has reached us; a proxy that speaks TLS says so.
    ///
    /// - Parameter request: the client's request.
    /// - Returns: the beginning of an absolute address; nothing when the client named no host.
    func origin(of request: Request) -> String {
        if let publicOrigin { return publicOrigin }
        let named = request.headers[HeaderNames.forwardedHost] ?? request.head.authority
        guard let host = named, !host.isEmpty else { return "" }
        let isSecure =
            isSecure || request.headers[HeaderNames.forwardedProtocol]?.lowercased() == "https"
        return (isSecure ? "https://" : "http://") + host
    }
}

internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird

/// The execution that a request is about, and how to speak of it.
struct ExecutionSubject: Sendable {
    let id: ExecutionID
    let session: SessionKey
    let layout: AnswerLayout
    /// Where the execution can be read again.
    let location: String

    /// Puts together what a request says.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - session: the session in which it runs.
    ///   - asked: the pool and the version.
    ///   - shape: the layout of the route's answers.
    ///   - place: the path of the request without what the route adds to its prefix.
    init(
        _ id: ExecutionID,
        in session: SessionKey,
        _ asked: PoolRequest,
        as shape: AnswerShape,
        below place: some Sequence<Substring>
    ) {
        self.id = id
        self.session = session
        layout = AnswerLayout(runtime: asked.pool.runtime, shape: shape, version: asked.version)
        // Relative, for only the client knows under which name it reaches us; below the same prefix.
        location =
            "/\(place.joined(separator: "/"))/executions/\(id)?api-version=\(asked.version)"
            + "&identifier=\(PercentEncoding.encoded(session.identifier.text))"
    }

    /// The prefix below which a request's path stands.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - route: what its route adds to a prefix.
    /// - Returns: the parts of the prefix.
    static func place(of request: Request, without route: String) -> ArraySlice<Substring> {
        request.uri.path.split(separator: "/").dropLast(route.split(separator: "/").count)
    }
}

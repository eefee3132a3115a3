internal import APIModel
internal import Coordinator
internal import Domain
internal import Hummingbird
internal import Telemetry

/// What all requests below a pool have in common: the pool in the path, version and identifier in the query.
struct PoolRequest: Sendable {
    let pool: PoolConfiguration
    private let asked: PoolQuery

    var query: RequestQuery { asked.query }
    var version: APIVersion { asked.version }

    /// Reads what is common.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: what is known about it.
    ///   - dispatch: what knows the pools.
    /// - Throws: `sessionPoolInvalidName`, `sessionPoolNotFound`, `invalidApiVersion`.
    init(
        _ request: Request,
        _ context: APIContext,
        _ dispatch: any SessionDispatch
    ) async throws(Failure) {
        pool = try await dispatch.pool(named: context.poolName())
        asked = try PoolQuery(request, context)
    }

    /// Tells the audit log which file the request is about.
    ///
    /// - Parameter path: the file.
    /// - Returns: the same path.
    func noted(_ path: SessionFilePath) -> SessionFilePath {
        asked.audit?.note { $0.file = path.text }
        return path
    }

    /// The session that the request is about.
    ///
    /// - Parameter inBody: the identifier that the body names, for the oldest clients; the query's wins.
    /// - Returns: its name.
    /// - Throws: `sessionRequestValidationFailed`, `invalidLengthOfSessionIdentifier`.
    func session(inBody: String? = nil) throws(Failure) -> SessionKey {
        try asked.session(inBody: inBody)
    }
}

/// What a request below a pool says, whether or not the pool is there.
struct PoolQuery: Sendable {
    let pool: PoolName
    let query: RequestQuery
    let version: APIVersion
    fileprivate let audit: AuditDraft?

    /// Reads it.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: what is known about it.
    /// - Throws: `sessionPoolInvalidName`, `invalidApiVersion`.
    init(_ request: Request, _ context: APIContext) throws(Failure) {
        pool = try context.poolName()
        audit = context.audit
        query = RequestQuery(request.uri.query ?? "")
        let named = try query.value(of: "api-version", failingWith: .invalidApiVersion)
        // The first clients send none (dynamic-sessions-api.md, section 2.3); it decides nothing for them.
        let isOfFirstGeneration = named == nil && context.endpointPath?.contains("}/python/") == true
        version = try isOfFirstGeneration ? .first : .named(named)
    }

    /// The session that the request is about; ``PoolRequest/session(inBody:)`` says more.
    func session(inBody: String? = nil) throws(Failure) -> SessionKey {
        let inQuery = try query.value(of: "identifier", failingWith: .sessionRequestValidationFailed)
        guard let text = inQuery ?? inBody else {
            throw Failure(.sessionRequestValidationFailed, "The query parameter identifier is missing.")
        }
        let identifier = try SessionIdentifier(text)
        audit?.note { $0.identifier = identifier.text }
        return SessionKey(pool: pool, identifier: identifier)
    }
}

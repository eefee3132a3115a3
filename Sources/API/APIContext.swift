internal import APIModel
internal import Domain
internal import Hummingbird
internal import Identity
internal import Logging
internal import NIOCore
internal import Telemetry

/// What is known about one request while it is served.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// When the head of the request had been read.
    let receivedAt: ContinuousClock.Instant
    /// The request's place in a trace.
    var trace: TraceContext
    /// The client's connection.
    let connection: ClientConnection
    /// Who sent the request; nil until it is authenticated.
    var caller: Caller?
    /// What the audit log will tell of the request; nil when there is none, or it tells nothing of this one.
    var audit: AuditDraft?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        receivedAt = .now
        connection = ClientConnection(channel: source.channel)
        var generator = SystemRandomNumberGenerator()
        trace = TraceContext(isSampled: false, using: &generator)
        logger[metadataKey: "traceId"] = "\(traceID)"
    }

    /// What the log and an error's body have in common.
    var traceID: String { trace.traceID }

    /// Whether the route is one of a pool's.
    var isOfPool: Bool { parameters.get("pool") != nil }

    /// Whether the route is one of a terminal that is open.
    var isOfTerminal: Bool { parameters.get("terminal") != nil }

    /// The pool of the route.
    ///
    /// - Throws: `sessionPoolInvalidName` when the path has none that could exist.
    func poolName() throws(Failure) -> PoolName {
        guard let text = parameters.get("pool").flatMap({ PercentEncoding.decoded($0) }) else {
            throw Failure(.sessionPoolInvalidName, "The pool name is not valid percent-encoded UTF-8.")
        }
        return try PoolName(text)
    }

    /// Checks that the caller is known and may do something: in the pool of the route, or in all pools where
    /// the route is no pool's.
    ///
    /// - Parameter right: what it wants to do.
    /// - Throws: `unauthorized`, `forbidden`, or `sessionPoolInvalidName`.
    func require(_ right: Rights) throws(Failure) {
        guard let caller else { throw Failure(.unauthorized, "The request has not been authenticated.") }
        try caller.require(right, in: isOfPool ? try poolName() : nil)
    }
}

internal import Domain
internal import Hummingbird
internal import Identity
internal import Logging
internal import NIOCore

/// What is known about one request while it is served.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// When the head of the request had been read.
    let receivedAt: ContinuousClock.Instant
    /// What the log and an error's body have in common.
    let traceID: String
    /// The client's connection.
    let connection: ClientConnection
    /// Who sent the request; nil until it is authenticated.
    var caller: Caller?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        receivedAt = .now
        connection = ClientConnection(channel: source.channel)
        var generator = SystemRandomNumberGenerator()
        traceID = RandomName.traceID(using: &generator)
        logger[metadataKey: "traceId"] = "\(traceID)"
    }

    /// Checks that the caller is known and may do something.
    func require(_ right: Rights) throws(Failure) {
        guard let caller else { throw Failure(.unauthorized, "The request has not been authenticated.") }
        try caller.require(right)
    }
}

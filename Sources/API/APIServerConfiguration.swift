/// Where the server listens, and the bounds of what it takes from clients.
///
/// The defaults are the documented ones (docs/api.md); every bound is always set.
package struct APIServerConfiguration: Hashable, Sendable {
    /// The address to listen at, a name or a number.
    package var host: String
    /// The port to listen at; 0 for one that the kernel chooses.
    package var port: Int
    /// Scheme, host and port under which clients reach the server, where a request does not tell.
    package var publicOrigin: String?
    /// How many connections are open at most; further ones wait in the kernel.
    package var connections: Int
    /// How many connections wait in the kernel at most.
    package var backlog: Int
    /// How long a connection may be silent between requests, or in the middle of one being sent.
    package var idleTimeout: Duration
    /// How long a client may take to send a request's body.
    package var bodyTimeout: Duration
    /// How long a stream of events says nothing at most.
    package var streamSilence: Duration
    /// How long a client waits for the first byte that is known to give up soon after.
    package var impatientClientSilence: Duration
    /// The greatest size of all headers of a request together, in bytes.
    package var headerBytes: Int
    /// How many headers a request may have.
    package var headerCount: Int

    /// Makes a configuration; the defaults are the documented ones.
    ///
    /// - Parameters:
    ///   - host: the address to listen at.
    ///   - port: the port to listen at; 0 for one that the kernel chooses.
    ///   - publicOrigin: scheme, host and port under which clients reach the server.
    ///   - connections: how many connections are open at most.
    ///   - backlog: how many connections wait in the kernel at most.
    ///   - idleTimeout: how long a connection may be silent.
    ///   - bodyTimeout: how long a client may take to send a body.
    ///   - streamSilence: how long a stream of events says nothing at most.
    ///   - impatientClientSilence: how long a client waits that is known to give up soon after.
    ///   - headerBytes: the greatest size of all headers together, in bytes.
    ///   - headerCount: how many headers a request may have.
    package init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        publicOrigin: String? = nil,
        connections: Int = 4096,
        backlog: Int = 1024,
        idleTimeout: Duration = .seconds(120),
        bodyTimeout: Duration = .seconds(60),
        streamSilence: Duration = .seconds(15),
        impatientClientSilence: Duration = .seconds(3),
        headerBytes: Int = 64 << 10,
        headerCount: Int = 100
    ) {
        self.host = host
        self.port = port
        self.publicOrigin = publicOrigin
        self.connections = connections
        self.backlog = backlog
        self.idleTimeout = idleTimeout
        self.bodyTimeout = bodyTimeout
        self.streamSilence = streamSilence
        self.impatientClientSilence = impatientClientSilence
        self.headerBytes = headerBytes
        self.headerCount = headerCount
    }
}

/// The post over libnng's one-way sockets: PULL for the inbox, one PUSH for every peer; between machines inside TLS.
package struct NNGTransport: Post {
    /// The bounds of what may wait, and the pace of reconnecting.
    package struct Limits: Sendable {
        /// How many sends may wait in one outbox; one more fails at once.
        ///
        /// More than a node has in hand at once (2,048 commands, 4,096 questions): a burst waits for its
        /// turn here instead of losing answers.
        package var waitingSends = 4_096
        /// How many receives may wait at one inbox; one more fails at once.
        package var waitingReceives = 64
        /// The pause before the first attempt to connect again; each further one is longer.
        package var shortestReconnect: Duration = .milliseconds(10)
        /// The longest pause between two attempts to connect.
        package var longestReconnect: Duration = .milliseconds(500)

        /// How long an outbox must have taken nothing, when a send times out, before it connects anew.
        package var redialAfter: Duration = .seconds(2)
        /// The pause between two looks whether newcomers still get into an inbox.
        package var listenerCheck: Duration = .seconds(2)
        /// How long such a newcomer may take before the inbox listens anew, which ends its connections.
        package var listenerPatience: Duration = .seconds(3)

        /// Creates the limits that suit a node of the cluster.
        package init() {}
    }

    private let security: TLSSecurity?
    private let limits: Limits

    /// Creates a post.
    ///
    /// - Parameters:
    ///   - credentials: What proves this node on `tls+tcp` addresses; without it only local ones can be used.
    ///   - limits: The bounds of what may wait.
    ///   - onRefusal: Told who was refused or refused this node, each kind once a minute at most.
    package init(
        credentials: TLSCredentials? = nil,
        limits: Limits = Limits(),
        onRefusal: @escaping @Sendable (TLSRefusal) -> Void = { _ in }
    ) {
        security = credentials.map { TLSSecurity(credentials: $0, reporter: RefusalReporter(onRefusal)) }
        self.limits = limits
    }

    /// Opens an inbox and starts to listen.
    ///
    /// - Parameters:
    ///   - address: Where to listen; port 0 lets the system choose one.
    ///   - maximumMessageSize: A longer message is dropped, with the connection that it came over.
    /// - Returns: The listening inbox.
    /// - Throws: An error of the address or of the system.
    package func openInbox(
        at address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Inbox {
        precondition(maximumMessageSize > 0, "0 would mean no limit to libnng.")
        let address = try AddressPolicy(hasIdentity: security != nil).listening(at: address)
        if address.scheme == .tls, let security {
            return try await TLSInbox.open(
                at: address,
                security: security,
                maximumMessageSize: maximumMessageSize,
                limits: limits
            )
        }
        return try await BlockingCall.run { [limits] () throws(TransportError) in
            try NNGInbox(listeningAt: address, maximumMessageSize: maximumMessageSize, limits: limits)
        }
    }

    /// Opens an outbox to one peer, which need not be there yet.
    ///
    /// - Parameters:
    ///   - address: The address of the peer's inbox.
    ///   - maximumMessageSize: A longer message is refused before it is sent.
    /// - Returns: The outbox.
    /// - Throws: An error of the address or of the system; never that the peer is away.
    package func openOutbox(
        to address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Outbox {
        let address = try AddressPolicy(hasIdentity: security != nil).sending(to: address)
        if address.scheme == .tls, let security {
            return try await TLSOutbox.open(
                to: address,
                security: security,
                maximumMessageSize: maximumMessageSize,
                limits: limits
            )
        }
        return try await BlockingCall.run { [limits] () throws(TransportError) in
            try NNGOutbox(dialing: address, maximumMessageSize: maximumMessageSize, limits: limits)
        }
    }
}

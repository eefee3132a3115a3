internal import NIOCore

/// What all TLS connections of a process share.
struct TLSSecurity: Sendable {
    /// What is shown and believed.
    let credentials: TLSCredentials
    /// Told who was refused.
    let reporter: RefusalReporter

    /// How long sent bytes may stay unanswered, in milliseconds, before a connection counts as broken: a peer that
    /// the network hides would keep it for a quarter of an hour.
    static let patience = 5_000

    /// `TCP_USER_TIMEOUT`.
    static let patienceOption = ChannelOptions.Types.SocketOption(
        level: .tcp,
        name: .init(rawValue: 18)
    )
}

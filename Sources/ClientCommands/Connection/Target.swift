internal import AsyncHTTPClient
package import Client
internal import Domain
internal import Glibc
internal import Identity
internal import Presentation

/// A cluster that was found, and how it was found.
package struct Target: Sendable {
    /// Speaks to it; to be closed by whoever asked for it.
    package let client: CloisterClient
    /// How it was found.
    let choice: ConnectionChoice
    /// The API key.
    package let apiKey: String

    /// The certificates to believe instead of the system's; nil for the system's.
    package var certificatesPath: String? { choice.caFile }

    /// Connects to the cluster that was chosen.
    ///
    /// - Parameters:
    ///   - choice: the cluster and its key.
    ///   - limits: how patient the client is.
    /// - Returns: nil when the choice is this machine's cluster and it does not run.
    /// - Throws: `invalidConfiguration`, or what is wrong with the key's file.
    static func find(_ choice: ConnectionChoice, limits: ClientLimits) throws -> Self? {
        let url: String
        switch choice.place {
        case .url(let address): url = address
        case .local(let state):
            guard let address = state.endpoint() else { return nil }
            url = address
        }
        guard let secret = try secret(choice) else { return nil }
        let client = try CloisterClient(
            baseURL: url,
            apiKey: secret,
            certificatesPath: choice.caFile,
            limits: limits
        )
        return Self(client: client, choice: choice, apiKey: secret)
    }

    private static func secret(_ choice: ConnectionChoice) throws -> String? {
        switch choice.key {
        case .text(let secret, _): return secret
        case .file(let path):
            if let key = try APIKeyFile(path: path).load() { return key.secret }
            if case .local = choice.place { return nil }
            throw Failure(
                .invalidConfiguration,
                "There is no API key in \(path); name another with --api-key-file."
            )
        }
    }
}

internal import ArgumentParser
package import Client
internal import Identity

/// Where a command finds a cluster, and the key for it.
package struct ConnectionOptions: ParsableArguments {
    @Option(help: "The cluster's address; without it the local one.")
    var url: String?

    @Option(help: ArgumentHelp("The folder with the local cluster's keys.", valueName: "dir"))
    var stateDir = StateDirectory.standardPath

    /// Makes the options before they are parsed.
    package init() {}

    /// Where the local cluster's files are.
    package var state: StateDirectory { StateDirectory(path: AbsolutePath.of(stateDir)) }

    /// A client for the server that was named by option or environment.
    ///
    /// - Returns: the client; nil when none was named.
    /// - Throws: when there is no key for it.
    func named() throws -> CloisterClient? {
        guard let url = url ?? StateDirectory.environment("CLOISTER_URL") else { return nil }
        // The key of this machine's cluster is for nobody else.
        let isLocal = ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains {
            url == $0 || url.hasPrefix($0 + ":") || url.hasPrefix($0 + "/")
        }
        let isChosen = stateDir != StateDirectory.standardPath
        let stored = isLocal || isChosen ? try storedKey() : nil
        guard let secret = StateDirectory.environment("CLOISTER_API_KEY") ?? stored else {
            throw ValidationError("No API key: set CLOISTER_API_KEY, or name its folder with --state-dir.")
        }
        return CloisterClient(baseURL: url, apiKey: secret)
    }

    /// A client for the server that was named, or else for the local one that answers.
    ///
    /// - Returns: the client; nil when there is none.
    /// - Throws: when there is no key for it.
    package func client() async throws -> CloisterClient? {
        if let client = try named() { return client }
        guard let url = state.endpoint(), let secret = try storedKey() else { return nil }
        let client = CloisterClient(baseURL: url, apiKey: secret)
        // A cluster that was killed leaves its address behind; then nobody answers there.
        do {
            return try await client.readiness() == nil ? client : nil
        } catch {
            return nil
        }
    }

    private func storedKey() throws -> String? { try APIKeyFile(path: state.apiKeyPath).load()?.secret }
}

internal import ArgumentParser
package import Client
internal import Domain

/// Where a command finds a cluster, and the key for it.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The cluster's address, such as https://cloister.example; else CLOISTER_URL.",
            valueName: "url"
        )
    )
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A cluster of `cloister context`; else CLOISTER_CONTEXT, else the one in use.",
            valueName: "name"
        ),
        completion: .custom { _, _, _ in ContextNames.all() }
    )
    var context: String?

    @Option(
        help: ArgumentHelp(
            "The file with the API key; else CLOISTER_API_KEY, the key itself.",
            valueName: "file"
        ),
        completion: .file()
    )
    var apiKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "Certificates to believe instead of the system's, as PEM; else CLOISTER_CA_FILE.",
            valueName: "file"
        ),
        completion: .file()
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "The folder with the local cluster's keys. (default: \(StateDirectory.standardPath))",
            valueName: "dir"
        ),
        completion: .directory
    )
    var stateDir: String?

    /// Makes the options before they are parsed.
    package init() {}

    /// Where the local cluster's files are.
    package var state: StateDirectory {
        StateDirectory(path: AbsolutePath.of(stateDir ?? StateDirectory.standardPath))
    }

    /// What is to be done about a cluster that is not there.
    package static let advice =
        "No cluster runs here: start one with `cloister up`, or name one with --url or --context."

    /// The cluster that is meant and how it was found.
    ///
    /// - Parameters:
    ///   - limits: how patient the client is.
    ///   - apiKey: the key itself, where a command takes it; nil to find one as usual.
    /// - Returns: nil when it is this machine's and does not run.
    /// - Throws: when it is not clear which is meant, or there is no key for it.
    package func target(limits: ClientLimits = ClientLimits(), apiKey: String? = nil) throws -> Target? {
        try Target.find(try choice(apiKey: apiKey), limits: limits)
    }

    /// Whether this machine's cluster is meant, be it there or not.
    ///
    /// - Parameter apiKey: the key itself, where a command takes it.
    /// - Returns: whether it is.
    /// - Throws: when it is not clear which is meant.
    package func isLocal(apiKey: String? = nil) throws -> Bool {
        if case .local = try choice(apiKey: apiKey).place { true } else { false }
    }

    func choice(apiKey: String? = nil) throws(Failure) -> ConnectionChoice {
        try ConnectionChoice.make(
            ConnectionChoice.Flags(
                url: url,
                context: context,
                apiKey: apiKey,
                apiKeyFile: apiKeyFile,
                caFile: caFile,
                stateDir: stateDir
            ),
            environment: StateDirectory.environment,
            published: { $0.endpoint() },
            contexts: { () throws(Failure) in try ContextFile.standard.read() }
        )
    }
}

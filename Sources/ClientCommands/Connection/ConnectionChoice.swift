internal import Domain

/// Which cluster is meant and with which key, by flags, environment, contexts and the local cluster, in this order.
struct ConnectionChoice: Hashable, Sendable {
    /// What was given on the command line.
    struct Flags: Hashable, Sendable {
        var url: String?
        var context: String?
        var apiKey: String?
        var apiKeyFile: String?
        var caFile: String?
        var stateDir: String?
    }

    /// Where the cluster is.
    enum Place: Hashable, Sendable {
        /// At an address.
        case url(String)
        /// On this machine: the folder in which it says where.
        case local(StateDirectory)
    }

    /// Where the API key stands.
    enum Key: Hashable, Sendable {
        /// In the environment or on the command line.
        case text(String, variable: String)
        /// In a file.
        case file(String)

        /// For people.
        var origin: String {
            switch self {
            case .text(_, let variable): variable
            case .file(let path): "the file \(path)"
            }
        }
    }

    let place: Place
    let key: Key
    /// The certificates to believe instead of the system's.
    var caFile: String?
    /// The context it comes from.
    var context: String?
    /// The pool that is meant when none is named.
    var pool: String?

    /// Decides.
    ///
    /// A key goes to no other place than the one that it was given for: that of a context to its address, that
    /// of this machine's cluster to this machine.
    ///
    /// - Parameters:
    ///   - flags: what was given on the command line.
    ///   - environment: the value of an environment variable.
    ///   - published: the address of the cluster that runs with a folder.
    ///   - contexts: reads the contexts; called only when they matter.
    /// - Returns: the choice.
    /// - Throws: `invalidConfiguration` when it is not clear or something is missing.
    static func make(
        _ flags: Flags,
        environment: @escaping (String) -> String?,
        published: @escaping (StateDirectory) -> String?,
        contexts: () throws(Failure) -> Contexts
    ) throws(Failure) -> Self {
        guard flags.url == nil || flags.context == nil else {
            throw Failure(.invalidConfiguration, "--url and --context name two clusters; give one of them.")
        }
        let chooser = Chooser(flags: flags, environment: environment, published: published)
        if let url = flags.url { return try chooser.address(url) }
        if let name = flags.context { return try chooser.context(name, of: try contexts(), isFlag: true) }
        if let folder = flags.stateDir { return chooser.local(folder) }
        if let url = environment("CLOISTER_URL") { return try chooser.address(url) }
        if let name = environment("CLOISTER_CONTEXT") {
            return try chooser.context(name, of: try contexts(), isFlag: false)
        }
        if let folder = environment("CLOISTER_STATE_DIR") { return chooser.local(folder) }
        let known = try contexts()
        if let name = known.current { return try chooser.context(name, of: known, isFlag: false) }
        return chooser.local(StateDirectory.standardPath)
    }
}

/// The cases of a choice.
private struct Chooser {
    let flags: ConnectionChoice.Flags
    let environment: (String) -> String?
    let published: (StateDirectory) -> String?

    private var givenKey: ConnectionChoice.Key? {
        flags.apiKey.map { .text($0, variable: "--api-key") }
            ?? flags.apiKeyFile.map { .file(AbsolutePath.of($0)) }
    }

    private var environmentKey: ConnectionChoice.Key? {
        environment("CLOISTER_API_KEY").map { .text($0, variable: "CLOISTER_API_KEY") }
    }

    private var caFile: String? {
        (flags.caFile ?? environment("CLOISTER_CA_FILE")).map(AbsolutePath.of)
    }

    func address(_ url: String) throws(Failure) -> ConnectionChoice {
        try ClusterAddress.check(url)
        let folder = StateDirectory(path: AbsolutePath.of(flags.stateDir ?? StateDirectory.standardPath))
        guard let key = givenKey ?? environmentKey ?? localKey(for: url, folder) else {
            let own = ClusterAddress.isOfThisMachine(url) ? published(folder) : nil
            let note = own.map { " This machine's own key goes to \($0) only." } ?? ""
            throw Failure(
                .invalidConfiguration,
                "No API key for \(url): name its file with --api-key-file or set CLOISTER_API_KEY.\(note)"
            )
        }
        return ConnectionChoice(place: .url(url), key: key, caFile: caFile)
    }

    /// The key of this machine's cluster, which is for nobody else: a port of this machine may be a tunnel's.
    private func localKey(for url: String, _ folder: StateDirectory) -> ConnectionChoice.Key? {
        let isItsOwn =
            flags.stateDir != nil
            || published(folder).map { ClusterAddress.isSame($0, url) } == true
        return isItsOwn ? .file(folder.apiKeyPath) : nil
    }

    func context(
        _ name: String,
        of contexts: Contexts,
        isFlag: Bool
    ) throws(Failure) -> ConnectionChoice {
        if name == Contexts.local { return local(flags.stateDir ?? StateDirectory.standardPath) }
        let context = try contexts.named(name)
        // Who names a context means its key, and not one that the environment has for something else.
        let key = givenKey ?? (isFlag ? nil : environmentKey) ?? context.apiKeyFile.map { .file($0) }
        guard let key else {
            throw Failure(
                .invalidConfiguration,
                "The context \(name) has no API key: cloister context set \(name) --api-key-file FILE."
            )
        }
        return ConnectionChoice(
            place: .url(context.url),
            key: key,
            caFile: flags.caFile.map(AbsolutePath.of) ?? context.caFile ?? caFile,
            context: name,
            pool: context.pool
        )
    }

    func local(_ folder: String) -> ConnectionChoice {
        let state = StateDirectory(path: AbsolutePath.of(folder))
        return ConnectionChoice(
            place: .local(state),
            key: givenKey ?? environmentKey ?? .file(state.apiKeyPath),
            caFile: caFile
        )
    }
}

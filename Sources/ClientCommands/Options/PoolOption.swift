internal import ArgumentParser

/// Which pool a command is about.
package struct PoolOption: ParsableArguments {
    /// The pool that is meant when nobody names one.
    static let standard = "python"

    @Option(
        help: ArgumentHelp(
            "The pool; else CLOISTER_POOL, else that of the context. (default: \(standard))",
            valueName: "name"
        ),
        completion: .custom { words, _, _ in await PoolNames.known(words) }
    )
    var pool: String?

    /// Makes the option before it is parsed.
    package init() {}

    /// The pool's name.
    ///
    /// - Parameters:
    ///   - connection: which cluster is meant.
    ///   - apiKey: the key itself, where a command takes it.
    /// - Returns: the name that was given, or the one that stands in for it.
    /// - Throws: when it is not clear which cluster is meant.
    package func name(_ connection: ConnectionOptions, apiKey: String? = nil) throws -> String {
        try Self.name(pool, connection, apiKey: apiKey)
    }

    /// The pool's name, for a command with a standard of its own.
    static func name(
        _ given: String?,
        _ connection: ConnectionOptions,
        apiKey: String? = nil,
        else standard: String = standard
    ) throws -> String {
        if let given = given ?? StateDirectory.environment("CLOISTER_POOL") { return given }
        return try connection.choice(apiKey: apiKey).pool ?? standard
    }
}

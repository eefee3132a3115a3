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
    /// - Parameter connection: which cluster is meant.
    /// - Returns: the name that was given, or the one that stands in for it.
    /// - Throws: when it is not clear which cluster is meant.
    package func name(_ connection: ConnectionOptions) throws -> String {
        try Self.name(pool, connection, else: Self.standard)
    }

    /// The pool's name, for a command with a standard of its own.
    static func name(
        _ given: String?,
        _ connection: ConnectionOptions,
        else standard: String = standard
    ) throws -> String {
        if let given = given ?? StateDirectory.environment("CLOISTER_POOL") { return given }
        return try connection.choice().pool ?? standard
    }
}

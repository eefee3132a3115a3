internal import ArgumentParser

/// Which pool a command is about.
package struct PoolOption: ParsableArguments {
    /// The pool that is meant when nobody names one.
    private static let standard = "python"

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
        if let given = pool ?? StateDirectory.environment("CLOISTER_POOL") { return given }
        return try connection.choice().pool ?? Self.standard
    }
}

internal import ArgumentParser
internal import Client

/// Whose files a command is about.
struct FilesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The session; it begins with this if it is not there.", valueName: "id"),
        completion: .custom { words, _, _ in await SessionIdentifiers.known(words) }
    )
    var identifier: String

    @OptionGroup var pool: PoolOption

    /// The files.
    ///
    /// - Parameters:
    ///   - client: speaks to the cluster.
    ///   - connection: which cluster that is.
    /// - Returns: what reads and changes them.
    /// - Throws: when it is not clear which pool is meant.
    func files(_ client: CloisterClient, _ connection: ConnectionOptions) throws -> SessionFiles {
        client.files(of: identifier, pool: try pool.name(connection))
    }
}

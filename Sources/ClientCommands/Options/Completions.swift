internal import APIModel
internal import Client

/// The names of contexts, for a shell that completes them.
enum ContextNames {
    /// All names; none when they cannot be read.
    static func all() -> [String] {
        [Contexts.local] + ((try? ContextFile.standard.read().all.map(\.name)) ?? [])
    }
}

/// The names of pools, for a shell that completes them.
enum PoolNames {
    /// The pools of the cluster that is meant.
    ///
    /// - Parameter words: the command line so far.
    /// - Returns: the names; none when they do not come at once.
    static func known(_ words: [String]) async -> [String] {
        await AskedNames.of(words) { client, _ in try await client.poolNames() }
    }
}

/// The identifiers of sessions, for a shell that completes them.
enum SessionIdentifiers {
    /// The sessions of the pool that is meant.
    ///
    /// - Parameters:
    ///   - words: the command line so far.
    ///   - standard: the pool when nobody names one.
    /// - Returns: the identifiers; none when they do not come at once.
    static func known(_ words: [String], else standard: String = PoolOption.standard) async -> [String] {
        await AskedNames.of(words) { client, connection in
            let given = AskedNames.value(of: "--pool", in: words)
            let pool = try PoolOption.name(given, connection, else: standard)
            return try await client.sessions(of: pool).map(\.identifier)
        }
    }
}

/// Names that may be given to a shell.
enum CompletableName {
    /// Whether a shell reads a name as nothing but a word.
    ///
    /// bash's completion expands what it gets, and other tenants choose the names: `$(…)` would be run.
    ///
    /// - Parameter name: what the server told.
    /// - Returns: true for letters, digits, `-`, `_` and `.`, not beginning with `-`.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.first != UInt8(ascii: "-")
            && name.utf8.allSatisfy { byte in
                switch Character(Unicode.Scalar(byte)) {
                case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": byte < 0x80
                default: false
                }
            }
    }
}

/// Names that a cluster is asked for.
private enum AskedNames {
    /// How long a shell is kept waiting.
    private static let patience: Duration = .milliseconds(700)

    /// What stands behind an option on a command line.
    static func value(of option: String, in words: [String]) -> String? {
        guard let place = words.firstIndex(of: option), place + 1 < words.count else { return nil }
        return words[place + 1]
    }

    /// Asks for names; what does not come at once is none.
    static func of(
        _ words: [String],
        _ names: @escaping @Sendable (CloisterClient, ConnectionOptions) async throws -> [String]
    ) async -> [String] {
        var connection = ConnectionOptions()
        connection.url = value(of: "--url", in: words)
        connection.context = value(of: "--context", in: words)
        connection.apiKeyFile = value(of: "--api-key-file", in: words)
        connection.caFile = value(of: "--ca-file", in: words)
        connection.stateDir = value(of: "--state-dir", in: words)
        let options = connection
        let known = try? await CloisterClient.within(patience) { () throws(ClientError) -> [String] in
            guard let target = try? options.target() else { return [] }
            return (try? await target.client.closing { try await names(target.client, options) }) ?? []
        }
        return (known ?? []).filter(CompletableName.isPlain)
    }
}

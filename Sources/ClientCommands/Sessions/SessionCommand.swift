internal import APIModel
internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister session`: the sessions of a cluster.
struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "Lists, shows and stops sessions.",
        discussion: "None of these commands begins a session or counts as a use of one.",
        subcommands: [List.self, Show.self, Stop.self]
    )

    /// `cloister session list`: lists sessions.
    struct List: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the sessions of a pool, or of all pools.",
            discussion: """
                Example: cloister session list -o json

                JSON: a list of {pool, identifier, etag, createdAt, lastAccessedAt, expireAt}. Without --pool it \
                takes an operator's key, for the names of all pools.
                """
        )

        @Option(
            help: ArgumentHelp("The pool; without it all of them.", valueName: "name"),
            completion: .custom { words, _, _ in await PoolNames.known(words) }
        )
        var pool: String?

        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            var table = TextTable("POOL", "IDENTIFIER", "LAST USED", "ENDS AT")
            var list: [JSONValue] = []
            for pool in try await pools(client) {
                for session in try await client.sessions(of: pool) {
                    table.add(pool, session.identifier, session.lastAccessedAt, session.expiresAt)
                    list.append(session.document(pool: pool))
                }
            }
            try Report(.array(list), table: table, emptiness: "There are no sessions.").print(
                as: output.output
            )
        }

        private func pools(_ client: CloisterClient) async throws -> [String] {
            if let pool { return [pool] }
            return try await client.poolNames()
        }
    }

    /// `cloister session show`: shows a session.
    struct Show: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a session, and how former ones of its identifier ended.",
            discussion: """
                Example: cloister session show notebook-1 -o yaml

                JSON: {pool, identifier, isLive, session, ended}; session is null or as in the list, ended a list \
                of {identifier, cause, endedAt, worker}, newest first. The exit code is 2 when there is neither.
                """
        )

        @Argument(
            help: "The session's identifier.",
            completion: .custom { words, _, _ in await SessionIdentifiers.known(words) }
        )
        var identifier: String

        @OptionGroup var pool: PoolOption
        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let pool = try pool.name(connection)
            let session = try await client.session(identifier, pool: pool)
            let ended = try await client.endedSessions(of: identifier, pool: pool)
            var table = TextTable("STATE", "SINCE", "LAST USED", "ENDS AT", "CAUSE", "WORKER")
            if let session {
                table.add("live", session.createdAt, session.lastAccessedAt, session.expiresAt, "-", "-")
            }
            for end in ended { table.add("ended", "-", "-", end.endedAt, end.cause, end.worker) }
            let document = JSONValue.object([
                .init("pool", .string(pool)), .init("identifier", .string(identifier)),
                .init("isLive", .boolean(session != nil)),
                .init("session", session?.document(pool: pool) ?? .null),
                .init("ended", .array(ended.map(\.json))),
            ])
            let emptiness = "The identifier has no session in the pool \(pool), and none is remembered."
            try Report(document, table: table, emptiness: emptiness).print(as: output.output)
            if session == nil, ended.isEmpty { throw ExitCode(ExitStatus.notDone) }
        }
    }

    /// `cloister session stop`: ends sessions.
    struct Stop: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends sessions and waits until their machines are gone.",
            discussion: """
                Example: cloister session stop notebook-1

                An identifier that has no session is all right: none is there afterwards.
                """
        )

        @Argument(
            help: "The sessions' identifiers.",
            completion: .custom { words, _, _ in await SessionIdentifiers.known(words) }
        )
        var identifiers: [String]

        @OptionGroup var pool: PoolOption
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let pool = try pool.name(connection)
            for identifier in identifiers { try await client.stopSession(identifier, pool: pool) }
        }
    }
}

extension SessionResource {
    /// The session for programs.
    ///
    /// - Parameter pool: its pool.
    /// - Returns: the document.
    fileprivate func document(pool: String) -> JSONValue {
        guard case .object(let members) = json(as: .flat) else { return .null }
        return .object([.init("pool", .string(pool))] + members)
    }
}

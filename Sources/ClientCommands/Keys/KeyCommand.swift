internal import APIModel
internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister key`: the API keys of a running cluster.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Makes, lists and revokes the API keys of a running cluster.",
        discussion: """
            Example: cloister key list

            These commands need an operator's key for all pools, such as that of the local cluster.
            """,
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `cloister key create`: makes a key.
    struct Create: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key and prints its secret, once and alone on standard output.",
            discussion: """
                Example: (umask 077; cloister key create --name ci --pool python --expires-in 90d > ci.key)

                With -o json or yaml all of it, the secret among it: {id, name, roles, pools, createdAt, expired, \
                expiresAt, requestsPerMinute, burst, secret}.
                """
        )

        @Option(help: "What people call the key.")
        var name: String

        @Option(help: "executor or operator; may be given again.")
        var role: [String] = ["executor"]

        @Option(help: "A pool that the key is for; may be given again. Without it all pools.")
        var pool: [String] = []

        @Option(help: "How long the key holds, such as 90d, 12h, 30m or 60s. Without it for ever.")
        var expiresIn: String?

        @Option(help: "How many requests a minute the key may send. Without it the server's default.")
        var requestsPerMinute: Int?

        @Option(help: "How many requests at once; needs --requests-per-minute.")
        var burst: Int?

        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if let expiresIn, Lifetime.seconds(expiresIn) == nil {
                throw ValidationError("--expires-in is a number with d, h, m or s behind it, such as 90d.")
            }
        }

        func perform(with client: CloisterClient) async throws {
            let key = try await client.createKey(
                name: name,
                roles: role,
                pools: pool.isEmpty ? ["*"] : pool,
                lifetimeInSeconds: expiresIn.flatMap(Lifetime.seconds),
                requestsPerMinute: requestsPerMinute,
                burst: burst
            )
            if output.output == .table {
                // First, so that a key whose secret nobody could read can still be removed.
                Console.error(
                    line: "cloister: made \(PlainText.of(key.id)); its secret is not kept and not shown again"
                )
                try Console.deliver("\(PlainText.of(key.secret ?? ""))\n".utf8)
            } else {
                try Report(key.json, table: TextTable("ID"), emptiness: "").print(as: output.output)
            }
        }
    }

    /// `cloister key list`: lists all keys.
    struct List: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists all keys, without their secrets.",
            discussion: "JSON: a list of keys as `key create` has them, without secret."
        )

        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let keys = try await client.keys()
            var table = TextTable("ID", "NAME", "ROLES", "POOLS", "HOLDS", "RATE", "MADE")
            for key in keys {
                table.add(
                    key.id,
                    key.name,
                    key.roles.joined(separator: ","),
                    key.pools.joined(separator: ","),
                    key.expiresAt.map { (key.expired ? "expired " : "until ") + $0 } ?? "for ever",
                    key.requestsPerMinute.map { "\($0)/min" } ?? "default",
                    key.createdAt
                )
            }
            try Report(.array(keys.map(\.json)), table: table, emptiness: "There are no keys.")
                .print(as: output.output)
        }
    }

    /// `cloister key revoke`: revokes a key.
    struct Revoke: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revokes a key; the server refuses it from that moment on.",
            discussion: "Example: cloister key revoke key-0123456789abcdef"
        )

        @Argument(help: "The key's identifier, as listed.")
        var id: String

        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            try await client.revokeKey(id)
            Console.error(line: "cloister: revoked \(id)")
        }
    }
}

/// Spans of time as people write them.
enum Lifetime {
    private static let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]

    /// Reads a span such as `90d`.
    ///
    /// - Parameter text: a number and one of the letters d, h, m, s.
    /// - Returns: the span in seconds; nil when it is not written like that.
    static func seconds(_ text: String) -> Int? {
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()), number > 0
        else { return nil }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : seconds
    }
}

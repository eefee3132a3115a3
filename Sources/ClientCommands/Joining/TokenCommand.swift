internal import APIModel
internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister token`: the tokens with which workers join a running cluster.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes, lists and revokes the tokens with which workers join.",
        discussion: """
            Example: cloister token create --ttl 1h

            A token holds for one worker, once. These commands need an operator's key; docs/node-tls.md has the rest.
            """,
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `cloister token create`: makes a token.
    struct Create: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a token and prints it, once and alone on standard output.",
            discussion: """
                Example: cloister token create --ttl 15m --worker worker-4

                With -o json or yaml all of it: {id, worker, createdAt, expiresAt, token}. The worker's side is \
                cloister worker --join HOST:PORT --token TOKEN.
                """
        )

        @Option(help: "How long it holds, such as 1h or 15m; a week at most. Without it an hour.")
        var ttl: String?

        @Option(help: "The only worker that may use it. Without it any.")
        var worker: String?

        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if let ttl, Lifetime.seconds(ttl) == nil {
                throw ValidationError("--ttl is a number with d, h, m or s behind it, such as 1h.")
            }
        }

        func perform(with client: CloisterClient) async throws {
            let token = try await client.createJoinToken(
                lifetimeInSeconds: ttl.flatMap(Lifetime.seconds),
                worker: worker
            )
            if output.output == .table {
                Console.error(
                    line:
                        "cloister: made \(PlainText.of(token.id)), which holds until \(PlainText.of(token.expiresAt)) "
                        + "and is not shown again"
                )
                try Console.deliver("\(PlainText.of(token.token ?? ""))\n".utf8)
            } else {
                try Report(token.json, table: TextTable("ID"), emptiness: "").print(as: output.output)
            }
        }
    }

    /// `cloister token list`: lists tokens.
    struct List: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the tokens that hold, without the tokens themselves.",
            discussion: "Example: cloister token list"
        )

        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let tokens = try await client.joinTokens()
            var table = TextTable("ID", "WORKER", "EXPIRES")
            for token in tokens { table.add(token.id, token.worker ?? "any", token.expiresAt) }
            try Report(.array(tokens.map(\.json)), table: table, emptiness: "There are no tokens.")
                .print(as: output.output)
        }
    }

    /// `cloister token revoke`: takes a token back.
    struct Revoke: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a token back that nobody has used.",
            discussion: "Example: cloister token revoke 0123abcd"
        )

        @Argument(help: "The token's name, as listed.")
        var id: String

        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            try await client.revokeJoinToken(id)
            Console.error(line: "cloister: revoked \(PlainText.of(id))")
        }
    }
}

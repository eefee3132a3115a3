internal import APIModel
internal import ArgumentParser
internal import Domain
internal import Presentation

/// `cloister context`: the clusters that a person works with.
struct ContextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context",
        abstract: "Remembers several clusters and which of them is meant.",
        discussion: """
            Example: cloister context set work --url https://cloister.example --api-key-stdin --use < work.key

            A context has an address, the file with the API key, a pool that is meant when none is named, and a \
            file with certificates to believe. They stand in $XDG_CONFIG_HOME/cloister/contexts.yaml. A command \
            takes, in this order: --url, --context or --state-dir; CLOISTER_URL, CLOISTER_CONTEXT or \
            CLOISTER_STATE_DIR; the context in use; the cluster of this machine, whose name here is local. The \
            key of a context goes to its address only.
            """,
        subcommands: [List.self, Show.self, Use.self, Set.self, Remove.self]
    )

    /// `cloister context list`: lists contexts.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists all contexts.",
            discussion:
                "JSON: a list of {name, isCurrent, url, apiKeyFile, pool, caFile}; what is not there is null."
        )

        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await CommandOutcome.report(failingWith: ExitStatus.notDone) { _ in
                let contexts = try ContextFile.standard.read()
                var table = TextTable("USED", "NAME", "URL", "POOL")
                let mark = { (isCurrent: Bool) in isCurrent ? "*" : "" }
                table.add(mark(contexts.current == nil), Contexts.local, "this machine", "")
                for context in contexts.all {
                    table.add(
                        mark(context.name == contexts.current),
                        context.name,
                        context.url,
                        context.pool ?? ""
                    )
                }
                let list =
                    [ContextDocument.local(contexts)]
                    + contexts.all.map {
                        ContextDocument.of($0, in: contexts)
                    }
                try Report(.array(list), table: table, emptiness: "").print(as: output.output)
            }
        }
    }

    /// `cloister context show`: shows a context.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a context; without a name that of CLOISTER_CONTEXT, else the one in use.",
            discussion: "JSON: as an entry of the list. The key itself is never shown."
        )

        @Argument(help: "The context's name.", completion: .custom { _, _, _ in ContextNames.all() })
        var name: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await CommandOutcome.report(failingWith: ExitStatus.notDone) { _ in
                let contexts = try ContextFile.standard.read()
                let meant = name ?? StateDirectory.environment("CLOISTER_CONTEXT") ?? contexts.current
                let name = meant ?? Contexts.local
                var table = TextTable("MEMBER", "VALUE")
                guard name != Contexts.local else {
                    table.add("name", Contexts.local)
                    table.add("state directory", StateDirectory.standardPath)
                    return try Report(ContextDocument.local(contexts), table: table, emptiness: "")
                        .print(as: output.output)
                }
                let context = try contexts.named(name)
                table.add("name", context.name)
                table.add("url", context.url)
                table.add("API key file", context.apiKeyFile ?? "none")
                table.add("pool", context.pool ?? "none")
                table.add("certificates", context.caFile ?? "those of the system")
                try Report(ContextDocument.of(context, in: contexts), table: table, emptiness: "")
                    .print(as: output.output)
            }
        }
    }

    /// `cloister context use`: chooses a context.
    struct Use: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Chooses the context that is meant when none is named.",
            discussion: "Example: cloister context use local"
        )

        @Argument(
            help: "The context's name; local for the cluster of this machine.",
            completion: .custom { _, _, _ in ContextNames.all() }
        )
        var name: String

        func run() async throws {
            try await CommandOutcome.report(failingWith: ExitStatus.notDone) { _ in
                var contexts = try ContextFile.standard.read()
                try contexts.use(name)
                try ContextFile.standard.write(contexts)
            }
        }
    }
}

/// Contexts as programs get them.
enum ContextDocument {
    /// This machine's own cluster.
    ///
    /// - Parameter contexts: all contexts.
    /// - Returns: the document.
    static func local(_ contexts: Contexts) -> JSONValue {
        make(Contexts.local, isCurrent: contexts.current == nil, nil, nil, nil, nil)
    }

    /// A context.
    ///
    /// - Parameters:
    ///   - context: the context.
    ///   - contexts: all contexts.
    /// - Returns: the document.
    static func of(_ context: ClusterContext, in contexts: Contexts) -> JSONValue {
        make(
            context.name,
            isCurrent: contexts.current == context.name,
            context.url,
            context.apiKeyFile,
            context.pool,
            context.caFile
        )
    }

    private static func make(
        _ name: String,
        isCurrent: Bool,
        _ url: String?,
        _ apiKeyFile: String?,
        _ pool: String?,
        _ caFile: String?
    ) -> JSONValue {
        func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
        return .object([
            .init("name", .string(name)), .init("isCurrent", .boolean(isCurrent)),
            .init("url", optional(url)), .init("apiKeyFile", optional(apiKeyFile)),
            .init("pool", optional(pool)), .init("caFile", optional(caFile)),
        ])
    }
}

internal import ArgumentParser
internal import Domain
internal import Glibc
internal import Identity
internal import Presentation

extension ContextCommand {
    /// `cloister context set`: makes or changes a context.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a context, or changes what is given of one.",
            discussion: """
                Example: cloister context set work --url https://cloister.example --api-key-file ~/work.key --use

                The key never stands on the command line, where others could see it: name its file, or give it \
                to standard input; then it is kept in a file with mode 0600 beside the contexts.
                """
        )

        @Argument(help: "The context's name.", completion: .custom { _, _, _ in ContextNames.all() })
        var name: String

        @Option(help: "The cluster's address; needed for a new context.")
        var url: String?

        @Option(help: ArgumentHelp("The file with the API key.", valueName: "file"), completion: .file())
        var apiKeyFile: String?

        @Flag(help: "Read the API key from standard input and keep it.")
        var apiKeyStdin = false

        @Option(help: "The pool that is meant when none is named.")
        var pool: String?

        @Option(
            help: ArgumentHelp("Certificates to believe instead of the system's, as PEM.", valueName: "file"),
            completion: .file()
        )
        var caFile: String?

        @Flag(help: "Use the context from now on.")
        var use = false

        func validate() throws {
            guard apiKeyFile == nil || !apiKeyStdin else {
                throw ValidationError("--api-key-file and --api-key-stdin name two keys; give one of them.")
            }
        }

        func run() async throws {
            try await CommandOutcome.report(failingWith: ExitStatus.notDone) { _ in
                let file = ContextFile.standard
                var contexts = try file.read()
                var context = try changed(contexts.all.first { $0.name == name }, url)
                if let apiKeyFile { context.apiKeyFile = try checked(AbsolutePath.of(apiKeyFile)) }
                if let pool { context.pool = pool }
                if let caFile { context.caFile = AbsolutePath.of(caFile) }
                let keyPath = file.keyPath(of: name)
                if apiKeyStdin { context.apiKeyFile = keyPath }
                // Before anything is written: this checks name and address, too.
                try contexts.set(context)
                if use { try contexts.use(name) }
                if apiKeyStdin { try PrivateFile.write(Array((try key() + "\n").utf8), to: keyPath) }
                try file.write(contexts)
            }
        }

        private static func keyIsGone(_ name: String) -> String {
            "cloister: the key of \(PlainText.of(name)) was for the former address and is not used for the new one; "
                + "give one with --api-key-file or --api-key-stdin."
        }

        private func changed(_ former: ClusterContext?, _ url: String?) throws(Failure) -> ClusterContext {
            if var context = former {
                // A key that was given for one address does not go to another.
                if let url, !ClusterAddress.isSame(url, context.url) {
                    let isKeyless = context.apiKeyFile != nil && apiKeyFile == nil && !apiKeyStdin
                    if isKeyless { Console.error(line: Self.keyIsGone(name)) }
                    context.url = url
                    context.apiKeyFile = nil
                }
                return context
            }
            guard let url else {
                throw Failure(
                    .invalidConfiguration,
                    "There is no context \(PlainText.of(name)) yet: give --url."
                )
            }
            return ClusterContext(name: name, url: url)
        }

        private func checked(_ path: String) throws -> String {
            guard try APIKeyFile(path: path).load() != nil else {
                throw Failure(.invalidConfiguration, "There is no file \(path).")
            }
            return path
        }

        private func key() throws(Failure) -> String {
            guard let text = TextFile.content(of: 0, limit: 4 << 10),
                let key = APIKey(String(text.prefix { !$0.isNewline }))
            else {
                throw Failure(
                    .invalidConfiguration,
                    "Standard input is no API key: one line of visible characters."
                )
            }
            return key.secret
        }
    }

    /// `cloister context remove`: forgets a context.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets a context, and its key if that was read from standard input.",
            discussion: "Example: cloister context remove work"
        )

        @Argument(help: "The context's name.", completion: .custom { _, _, _ in ContextNames.all() })
        var name: String

        func run() async throws {
            try await CommandOutcome.report(failingWith: ExitStatus.notDone) { _ in
                let file = ContextFile.standard
                var contexts = try file.read()
                try contexts.remove(name)
                try file.write(contexts)
                unlink(file.keyPath(of: name))
            }
        }
    }
}

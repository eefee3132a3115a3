internal import APIModel
internal import Domain
internal import Glibc
internal import Presentation
internal import Yams

/// The file in which a person's contexts stand.
struct ContextFile: Sendable {
    private static let sizeMax = 1 << 20
    private static let members: Set<String> = ["name", "url", "apiKeyFile", "pool", "caFile"]

    /// The folder with the file and with keys that were read from standard input.
    let folder: String

    /// The file of whoever runs the program (XDG base directory specification).
    static var standard: Self {
        let home = StateDirectory.environment("HOME") ?? "/root"
        let base = StateDirectory.environment("XDG_CONFIG_HOME") ?? home + "/.config"
        return Self(folder: base + "/cloister")
    }

    /// Where the contexts stand.
    var path: String { folder + "/contexts.yaml" }

    /// Where the key of a context stands that was read from standard input.
    ///
    /// - Parameter name: the context's name.
    /// - Returns: the path.
    func keyPath(of name: String) -> String { "\(folder)/keys/\(name)" }

    /// Reads the contexts.
    ///
    /// - Returns: them; none when there is no file.
    /// - Throws: `invalidConfiguration` when the file cannot be believed or understood.
    func read() throws(Failure) -> Contexts {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return Contexts() }
            throw trouble("cannot be read: \(String(cString: strerror(errno)))")
        }
        // Who can change it can have keys sent to an address of his own.
        guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & 0o022 == 0 else {
            throw trouble("can be changed by others: look at it, then run chmod 600 on it")
        }
        guard let text = TextFile.content(of: path, limit: Self.sizeMax) else {
            throw trouble("cannot be read, or is not UTF-8")
        }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw trouble("is not YAML: \(error)") }
        guard let root else { return Contexts() }
        return try contexts(in: root)
    }

    /// Writes the contexts, all of them or nothing.
    ///
    /// - Parameter contexts: the contexts.
    /// - Throws: `invalidConfiguration` when they cannot be written.
    func write(_ contexts: Contexts) throws(Failure) {
        let list = contexts.all.map { context in
            JSONValue.object(
                [.init("name", .string(context.name)), .init("url", .string(context.url))]
                    + optional("apiKeyFile", context.apiKeyFile) + optional("pool", context.pool)
                    + optional("caFile", context.caFile)
            )
        }
        let document = JSONValue.object(
            optional("current", contexts.current) + [.init("contexts", .array(list))]
        )
        let text: String
        do { text = try YAMLText.of(document) } catch { throw trouble("cannot be written: \(error)") }
        try PrivateFile.write(Array(text.utf8), to: path)
    }

    private func optional(_ name: String, _ text: String?) -> [JSONValue.Member] {
        text.map { [.init(name, .string($0))] } ?? []
    }

    private func contexts(in root: Node) throws(Failure) -> Contexts {
        guard let mapping = root.mapping else { throw trouble("is no list of contexts") }
        for key in mapping.keys where !["current", "contexts"].contains(key.string ?? "") {
            throw trouble("has the unknown member \(PlainText.of(key.string ?? "?"))")
        }
        var all: [ClusterContext] = []
        for entry in mapping["contexts"]?.sequence.map(Array.init) ?? [] {
            all.append(try context(in: entry))
        }
        return try Contexts(all, current: mapping["current"]?.string)
    }

    private func context(in entry: Node) throws(Failure) -> ClusterContext {
        guard let mapping = entry.mapping, let name = mapping["name"]?.string,
            let url = mapping["url"]?.string
        else { throw trouble("has a context without name and url") }
        for key in mapping.keys where !Self.members.contains(key.string ?? "") {
            throw trouble(
                "has the unknown member \(PlainText.of(key.string ?? "?")) in \(PlainText.of(name))"
            )
        }
        return ClusterContext(
            name: name,
            url: url,
            apiKeyFile: mapping["apiKeyFile"]?.string,
            pool: mapping["pool"]?.string,
            caFile: mapping["caFile"]?.string
        )
    }

    private func trouble(_ sentence: String) -> Failure {
        Failure(.invalidConfiguration, "The contexts' file \(path) \(sentence).")
    }
}

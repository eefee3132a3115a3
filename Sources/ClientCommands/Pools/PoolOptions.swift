internal import APIModel
internal import ArgumentParser
internal import Domain

/// What can be said of a pool on a command line; the names are those of `az containerapp sessionpool` where it has one.
struct PoolOptions: ParsableArguments {
    @Option(help: "The most sessions at once, 1 to 100000.")
    var maxSessions: Int?

    @Option(help: "Machines kept ready for new sessions; 0 for none.")
    var readySessions: Int?

    @Option(help: "Timed (ends after silence) or OnContainerExit (ends at an age).")
    var lifecycleType: String?

    @Option(help: "Timed: after how many seconds of silence a session ends.")
    var cooldownPeriod: Int?

    @Option(help: "OnContainerExit: at which age a session ends, in seconds.")
    var maxAlivePeriod: Int?

    @Option(help: "Memory of a session's machine, in MiB.")
    var memory: Int?

    @Option(help: "Processors of a session's machine.")
    var cpu: Int?

    @Option(help: "Room for files, in MiB, half of the memory at most.")
    var disk: Int?

    @Option(help: "The longest execution, in seconds.")
    var timeout: Int?

    @Option(help: ArgumentHelp("A tag; may be given again.", valueName: "name=text"))
    var tag: [String] = []

    @Option(
        help: ArgumentHelp(
            "A secret whose value stands in a file; may be given again.",
            valueName: "name=path"
        )
    )
    var secretFile: [String] = []

    func validate() throws {
        for pair in tag + secretFile where !pair.dropFirst().contains("=") {
            throw ValidationError("\(pair) has to be a name, '=' and a value.")
        }
    }

    /// What was said, as a resource or a JSON Merge Patch.
    ///
    /// - Returns: the resource.
    /// - Throws: when a secret's file cannot be read.
    func resource() throws -> JSONValue {
        var resource = JSONValue.object([])
        func say(_ path: [String], _ value: JSONValue?) {
            guard let value else { return }
            // The leaf first: what stands around it is made on the way out.
            let patch = path.reversed().reduce(value) { .object([.init($1, $0)]) }
            resource = resource.overlaid(with: patch)
        }
        let properties = "properties"
        let lifecycle = [properties, "dynamicPoolConfiguration", "lifecycleConfiguration"]
        say([properties, "scaleConfiguration", "maxConcurrentSessions"], maxSessions.map(JSONValue.integer))
        // The server has no 0: none is the member's absence.
        say(
            [properties, "scaleConfiguration", "readySessionInstances"],
            readySessions.map { $0 == 0 ? .null : .integer($0) }
        )
        say(lifecycle + ["lifecycleType"], lifecycleType.map(JSONValue.string))
        say(lifecycle + ["cooldownPeriodInSeconds"], cooldownPeriod.map(JSONValue.integer))
        say(lifecycle + ["maxAlivePeriodInSeconds"], maxAlivePeriod.map(JSONValue.integer))
        for (name, value) in [
            ("memoryMiB", memory), ("virtualCPUs", cpu), ("diskMiB", disk), ("timeoutSeconds", timeout),
        ] {
            say([properties, "cloisterSettings", name], value.map(JSONValue.integer))
        }
        for pair in tag.map(Self.halves) { say(["tags", pair.name], .string(pair.value)) }
        if !secretFile.isEmpty { say([properties, "secrets"], .array(try secretFile.map(Self.secret))) }
        return resource
    }

    private static func secret(_ pair: String) throws -> JSONValue {
        let (name, path) = halves(pair)
        guard var text = TextFile.content(of: path, limit: 64 << 10) else {
            throw Failure(
                .invalidConfiguration,
                "The secret \(name): \(path) cannot be read, or has more than 64 KiB."
            )
        }
        // Editors end a line that the secret does not have.
        if text.hasSuffix("\n") { text.removeLast() }
        return .object([.init("name", .string(name)), .init("value", .string(text))])
    }

    private static func halves(_ pair: String) -> (name: String, value: String) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
}

extension JSONValue {
    /// Both objects in one; unlike a merge patch it keeps `null`, for it is one itself.
    func overlaid(with other: JSONValue) -> JSONValue {
        guard case .object(var members) = self, case .object(let more) = other else { return other }
        for member in more {
            if let index = members.firstIndex(where: { $0.name == member.name }) {
                members[index] = .init(member.name, members[index].value.overlaid(with: member.value))
            } else {
                members.append(member)
            }
        }
        return .object(members)
    }
}

internal import Domain

/// What the MCP server says about itself.
package enum MCPServerDescription {
    /// How long a client may keep what does not change while the server runs, in milliseconds.
    private static let freshMilliseconds = 3_600_000

    /// Its name and version.
    static let identity = JSONValue.object([
        .init("name", .string("cloister")), .init("title", .string("Cloister")),
        .init("version", .string(ProductVersion.text)),
    ])

    private static let capabilities = JSONValue.object([
        .init("tools", .object([.init("listChanged", .boolean(false))]))
    ])

    private static let instructions = """
        Runs Python, JavaScript and shell commands in isolated virtual machines. Call launchPythonEnvironment, \
        launchNodeEnvironment or launchShell once, and use its environmentId in every further call: variables \
        and files are kept between calls. All three kinds of code run in the same environment and share the \
        folder /mnt/data. There is no network. An environment that is not used for a while ends, with \
        everything in it; a call then says "Environment not found", and a new one has to be launched.
        """

    /// The result of `initialize`.
    ///
    /// - Parameter parameters: what the client says; nothing at all in Azure's own examples.
    /// - Returns: the result.
    package static func initialized(_ parameters: JSONValue) -> JSONValue {
        let version = MCPVersion.negotiated(parameters["protocolVersion"]?.text)
        return .object([
            .init("protocolVersion", .string(version.name)), .init("capabilities", capabilities),
            .init("serverInfo", identity), .init("instructions", .string(instructions)),
        ])
    }

    /// The result of `server/discover`.
    package static let discovered = cacheable([
        .init("supportedVersions", .array(MCPVersion.all.reversed().map { .string($0.name) })),
        .init("capabilities", capabilities), .init("instructions", .string(instructions)),
    ])

    /// The result of `tools/list`.
    package static let tools = cacheable([.init("tools", .array(MCPTool.all.map(\.json)))])

    private static func cacheable(_ members: [JSONValue.Member]) -> JSONValue {
        .object(
            members + [
                .init("ttlMs", .integer(freshMilliseconds)), .init("cacheScope", .string("public")),
            ]
        )
    }
}

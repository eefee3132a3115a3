internal import Coordinator
internal import Domain
internal import Hummingbird
internal import Identity

/// The key of each pool's MCP server.
struct MCPCredentials: Sendable {
    let dispatch: any SessionDispatch
    let pools: any PoolControl
    let keys: MCPKeyRing

    /// Tells who presents the key of the pool whose MCP server is asked; it opens nothing else.
    ///
    /// - Parameters:
    ///   - credential: what the client sent, in either header: some clients can only send the one.
    ///   - context: what is known about the request.
    /// - Returns: the caller; nil when it is not that key.
    func caller(presenting credential: Credential, _ context: APIContext) async -> Caller? {
        let text =
            switch credential {
            case .apiKey(let text), .bearer(let text): text
            }
        guard text.hasPrefix(MCPKeyRing.prefix), MCPRoutes.isRoute(context.endpointPath),
            let name = try? context.poolName(),
            let settings = try? await dispatch.pool(named: name).mcp, settings.isEnabled,
            !settings.isKeyDisabled, let birth = await pools.birth(of: name),
            await keys.isKey(text, of: name, madeAt: birth)
        else { return nil }
        return Caller(
            name: "mcp-key-of-\(name)",
            grants: [Caller.Grant(rights: MCPRoutes.rights, pools: .only([name]))]
        )
    }

    /// The key of a pool.
    ///
    /// - Parameters:
    ///   - name: the pool.
    ///   - rotated: whether it is taken from whoever has it, and another made.
    /// - Returns: the key.
    /// - Throws: `sessionPoolNotFound`, `sessionMCPServerNotEnabled`, `notReady` when it could not be rotated.
    func key(of name: PoolName, rotated: Bool) async throws(Failure) -> String {
        let settings = try await dispatch.pool(named: name).mcp
        guard settings.isEnabled else { throw Self.notEnabled(name) }
        guard !settings.isKeyDisabled else {
            throw Failure(
                .sessionMCPServerNotEnabled,
                "The MCP server of the session pool '\(name)' takes no key of its own (isMcpServerApiKeyDisabled)."
            )
        }
        let birth = await pools.birth(of: name) ?? 0
        return rotated
            ? try await keys.rotatedKey(of: name, madeAt: birth) : await keys.key(of: name, madeAt: birth)
    }

    /// What is said of a pool without MCP server.
    ///
    /// - Parameter name: the pool.
    /// - Returns: the failure, in Azure's words.
    static func notEnabled(_ name: PoolName) -> Failure {
        Failure(
            .sessionMCPServerNotEnabled,
            "Session pool '\(name)' does not have MCP Server enabled."
        )
    }
}

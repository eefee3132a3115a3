/// Whether a pool's sessions are served to agents by the Model Context Protocol, and how they prove who they are.
package struct MCPSettings: Hashable, Sendable {
    /// Whether the pool has an MCP server.
    package var isEnabled: Bool
    /// Whether the pool's own key is refused, so that only keys and tokens of the cluster are taken.
    package var isKeyDisabled: Bool

    /// Makes settings; the defaults are those of Azure (dynamic-sessions-api.md, section 4.4).
    ///
    /// - Parameters:
    ///   - isEnabled: whether the pool has an MCP server.
    ///   - isKeyDisabled: whether the pool's own key is refused.
    package init(isEnabled: Bool = false, isKeyDisabled: Bool = false) {
        self.isEnabled = isEnabled
        self.isKeyDisabled = isKeyDisabled
    }
}

package import Coordinator
package import Domain
package import Identity
package import Telemetry

/// Who may do what, how fast, and where it is told.
package struct APIAccess: Sendable {
    /// Knows the callers.
    package let authenticator: any Authenticator
    /// The API keys that operators manage; nil where there is no such route.
    package let keys: KeyRing?
    /// The keys of the pools' MCP servers; nil where there are none.
    package let mcpKeys: MCPKeyRing?
    /// The control plane's pools; nil where there is no such route.
    package let pools: (any PoolControl)?
    /// What operators see of the nodes; nil where there is no such route.
    package let nodes: (any NodeDispatch)?
    /// What operators do with nodes; nil where there is no such route.
    package let nodeControl: (any NodeControl)?
    /// How many requests a caller may send that has no rate of its own; nil for no limit.
    package let rate: RequestRate?
    /// Where each operation is told; nil for nowhere.
    package let audit: AuditLog?

    /// Puts the access together.
    ///
    /// - Parameters:
    ///   - authenticator: knows the callers.
    ///   - keys: the API keys that operators manage; nil for no such route.
    ///   - mcpKeys: the keys of the pools' MCP servers; nil for none.
    ///   - pools: the control plane's pools; nil for no such route.
    ///   - nodes: what operators see of the nodes; nil for no such route.
    ///   - nodeControl: what operators do with nodes; nil for no such route.
    ///   - rate: how many requests a caller may send that has no rate of its own; nil for no limit.
    ///   - audit: where each operation is told; nil for nowhere.
    package init(
        authenticator: any Authenticator,
        keys: KeyRing? = nil,
        mcpKeys: MCPKeyRing? = nil,
        pools: (any PoolControl)? = nil,
        nodes: (any NodeDispatch)? = nil,
        nodeControl: (any NodeControl)? = nil,
        rate: RequestRate? = nil,
        audit: AuditLog? = nil
    ) {
        self.authenticator = authenticator
        self.keys = keys
        self.mcpKeys = mcpKeys
        self.pools = pools
        self.nodes = nodes
        self.nodeControl = nodeControl
        self.rate = rate
        self.audit = audit
    }
}

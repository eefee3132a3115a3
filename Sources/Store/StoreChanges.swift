/// What of a store's contents may change under a coordinator's hands.
package enum StoreArea: Hashable, CaseIterable, Sendable {
    /// Which workers are drained.
    case drains
    /// API keys.
    case keys
    /// The rotations of MCP keys.
    case mcpKeys
    /// Pools of the control plane.
    case pools
}

/// A store that other coordinators may write, too.
package protocol StoreChanges: Sendable {
    /// Tells what another coordinator may have changed, so that it is read again.
    ///
    /// - Returns: the areas, each time one of them has changed; each also at the beginning, and own changes too. It
    ///   says nothing for a store of one coordinator. It ends with the reader's task.
    func changes() -> AsyncStream<StoreArea>
}

extension StoreChanges {
    /// Nothing, for a store that no other coordinator writes.
    func noChanges() -> AsyncStream<StoreArea> {
        // Nobody ever finishes it but its reader.
        AsyncStream { _ in }
    }
}

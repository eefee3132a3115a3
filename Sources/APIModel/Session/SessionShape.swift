/// How a route speaks of sessions; the route decides, not the api-version.
package enum SessionShape: Hashable, Sendable, CaseIterable {
    /// `/session` and `/listSessions`, in the contract those of the built-in pools.
    case flat
    /// `/.management/…`, in the contract those of custom container pools.
    case management

    /// What the end of a session's life is called.
    var expiry: String { self == .flat ? "expireAt" : "expiresAt" }
}

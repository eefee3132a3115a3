/// What a key or a token is for; each role stands for rights that the API knows.
package struct Role: Hashable, Sendable, CustomStringConvertible {
    /// The stable name, as it stands in requests, in the configuration and in the store.
    package let name: String

    private init(_ name: String) { self.name = name }

    /// Runs code, and sees and ends its sessions and files.
    package static let executor = Self("executor")
    /// Everything an executor may do, and the making of keys.
    package static let `operator` = Self("operator")

    /// All roles there are.
    package static let all: [Self] = [.executor, .operator]

    /// Finds a role by its name.
    ///
    /// - Parameter name: the name as given.
    /// - Returns: the role, or nil when this version does not know it.
    package static func named(_ name: String) -> Self? { all.first { $0.name == name } }

    package var description: String { name }
}

/// The pools that something holds for.
package enum PoolScope: Hashable, Sendable {
    /// Every pool, also those that will be made later.
    case all
    /// These pools.
    case only(Set<PoolName>)

    /// Whether it holds for a pool.
    ///
    /// - Parameter pool: the pool; nil for what belongs to no single pool, which only ``all`` covers.
    /// - Returns: whether it does.
    package func covers(_ pool: PoolName?) -> Bool {
        switch self {
        case .all: true
        case .only(let pools): pool.map(pools.contains) ?? false
        }
    }
}

/// Roles, and the pools in which they hold.
package struct AccessGrant: Hashable, Sendable {
    /// The roles.
    package let roles: Set<Role>
    /// Where they hold.
    package let pools: PoolScope

    /// Makes a grant.
    ///
    /// - Parameters:
    ///   - roles: the roles.
    ///   - pools: where they hold.
    package init(roles: Set<Role>, pools: PoolScope) {
        self.roles = roles
        self.pools = pools
    }
}

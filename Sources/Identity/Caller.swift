package import Domain

/// Who sent a request, and what it may do where.
package struct Caller: Hashable, Sendable {
    /// Rights, and the pools in which they hold.
    package struct Grant: Hashable, Sendable {
        /// The rights.
        package let rights: Rights
        /// Where they hold.
        package let pools: PoolScope

        /// Makes a grant.
        ///
        /// - Parameters:
        ///   - rights: the rights.
        ///   - pools: where they hold.
        package init(rights: Rights, pools: PoolScope) {
            self.rights = rights
            self.pools = pools
        }

        /// Makes a grant from roles.
        ///
        /// - Parameter grant: roles and pools.
        package init(_ grant: AccessGrant) {
            self.init(rights: Rights(of: grant.roles), pools: grant.pools)
        }
    }

    /// The name, for logs: a key's identifier or a token's subject.
    package let name: String
    /// Who vouches for the name: the token's issuer; nil for an API key.
    package let issuer: String?
    /// What it may do where.
    package let grants: [Grant]
    /// How many requests it may send; nil for the default.
    package let rate: RequestRate?

    /// Makes a caller.
    ///
    /// - Parameters:
    ///   - name: the name, for logs.
    ///   - issuer: who vouches for the name; nil for an API key.
    ///   - grants: what it may do where.
    ///   - rate: how many requests it may send; nil for the default.
    package init(name: String, issuer: String? = nil, grants: [Grant], rate: RequestRate? = nil) {
        self.name = name
        self.issuer = issuer
        self.grants = grants
        self.rate = rate
    }

    /// Makes a caller whose rights hold in every pool.
    ///
    /// - Parameters:
    ///   - name: the name, for logs.
    ///   - rights: what it may do.
    package init(name: String, rights: Rights) {
        self.init(name: name, grants: [Grant(rights: rights, pools: .all)])
    }

    /// What it may do in a pool.
    ///
    /// - Parameter pool: the pool; nil for what belongs to no single pool, for which only rights in all
    ///   pools count, or a key of one pool could make itself one of all.
    /// - Returns: the rights.
    package func rights(in pool: PoolName?) -> Rights {
        grants.reduce(into: []) { rights, grant in
            if grant.pools.covers(pool) { rights.formUnion(grant.rights) }
        }
    }

    /// Checks that the caller may do something.
    ///
    /// - Parameters:
    ///   - right: what it wants to do.
    ///   - pool: where; nil for what belongs to no single pool.
    /// - Throws: `forbidden`, with a sentence that names the missing right.
    package func require(_ right: Rights, in pool: PoolName?) throws(Failure) {
        let rights = rights(in: pool)
        guard rights.isSuperset(of: right) else {
            let place = pool.map { " in the pool \($0)" } ?? ""
            throw Failure(.forbidden, "The caller lacks the right\(place): \(right.subtracting(rights)).")
        }
    }
}

/// What a caller may do.
package struct Rights: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// The rights as bits.
    package let rawValue: UInt8

    /// Makes a set of rights from its bits.
    ///
    /// - Parameter rawValue: the rights as bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Makes the rights that roles stand for.
    ///
    /// - Parameter roles: the roles.
    package init(of roles: Set<Role>) {
        self = []
        if roles.contains(.executor) { formUnion([.execute, .files, .sessions]) }
        if roles.contains(.operator) { formUnion(.all) }
    }

    /// Run code in sessions.
    package static let execute = Self(rawValue: 1 << 0)
    /// See and change files of sessions.
    package static let files = Self(rawValue: 1 << 1)
    /// List, inspect and stop sessions.
    package static let sessions = Self(rawValue: 1 << 2)
    /// Change pools and nodes, make and revoke keys.
    package static let administration = Self(rawValue: 1 << 3)

    /// Every right there is.
    package static let all: Self = [.execute, .files, .sessions, .administration]

    package var description: String {
        let names: [(right: Self, name: String)] = [
            (.execute, "execute"), (.files, "files"), (.sessions, "sessions"),
            (.administration, "administration"),
        ]
        return names.filter { contains($0.right) }.map(\.name).joined(separator: ", ")
    }
}

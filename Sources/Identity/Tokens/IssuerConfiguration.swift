package import Domain

/// What one value of a claim gives its bearer.
package struct ClaimGrant: Hashable, Sendable {
    /// The role of Azure that lets somebody use a session pool.
    package static let azureRole = "Azure ContainerApps Session Executor"

    /// The value that the claim has to have among its values.
    package let value: String
    /// What it gives.
    package let grant: AccessGrant

    /// Makes a grant; that of Azure's role by default.
    ///
    /// - Parameters:
    ///   - value: the value that the claim has to have.
    ///   - grant: what it gives.
    package init(
        value: String = azureRole,
        grant: AccessGrant = AccessGrant(roles: [.executor], pools: .all)
    ) {
        self.value = value
        self.grant = grant
    }
}

/// An issuer whose tokens are taken, and what they have to be like.
package struct IssuerConfiguration: Hashable, Sendable {
    /// Its address, exactly as its tokens have it in `iss`.
    package let url: String
    /// The audiences of which a token has to name one.
    package let audiences: Set<String>
    /// How tokens may be signed.
    package let algorithms: Set<TokenAlgorithm>
    /// The claim with roles or scopes: a name, or names separated by dots.
    package let claim: String
    /// What its values give.
    package let grants: [ClaimGrant]
    /// By how much the issuer's clock may differ from ours, in seconds.
    package let leewaySeconds: Int
    /// A file with the authorities that may vouch for the issuer's server; nil for those of the system.
    package let authorityFile: String?

    /// Checks and makes a configuration.
    ///
    /// - Parameters:
    ///   - url: its address: `https`, or `http` of this machine itself.
    ///   - audiences: the audiences of which a token has to name one.
    ///   - algorithms: how tokens may be signed.
    ///   - claim: the claim with roles or scopes.
    ///   - grants: what its values give.
    ///   - leewaySeconds: by how much clocks may differ, in seconds.
    ///   - authorityFile: a file with authorities; nil for those of the system.
    /// - Throws: `invalidConfiguration` with what is wrong.
    package init(
        url: String,
        audiences: Set<String>,
        algorithms: Set<TokenAlgorithm> = [.rs256, .es256],
        claim: String = "roles",
        grants: [ClaimGrant] = [ClaimGrant()],
        leewaySeconds: Int = 30,
        authorityFile: String? = nil
    ) throws(Failure) {
        guard KeyAddress.isSafe(url) else {
            throw Failure(.invalidConfiguration, "The issuer \(url) has to begin with https://.")
        }
        guard !audiences.isEmpty, !algorithms.isEmpty, !grants.isEmpty else {
            throw Failure(
                .invalidConfiguration,
                "The issuer \(url) needs an audience, an algorithm and a grant at least."
            )
        }
        self.url = url
        self.audiences = audiences
        self.algorithms = algorithms
        self.claim = claim
        self.grants = grants
        self.leewaySeconds = leewaySeconds
        self.authorityFile = authorityFile
    }
}

/// Where keys may be fetched.
enum KeyAddress {
    private static let localHosts = ["127.0.0.1", "localhost", "[::1]"]

    /// Whether nobody on the way can put keys of his own in: TLS, or no way at all.
    static func isSafe(_ url: String) -> Bool {
        if url.hasPrefix("https://") { return url.utf8.count > "https://".utf8.count }
        guard url.hasPrefix("http://") else { return false }
        let host = url.dropFirst("http://".count).prefix { !"/?#".contains($0) }
        return localHosts.contains { local in
            host == local
                || host.hasPrefix(local + ":") && host.dropFirst(local.count + 1).allSatisfy(\.isNumber)
        }
    }
}

package import Domain
package import Logging

/// Knows the bearers of OpenID Connect access tokens.
package struct TokenAuthenticator: Sendable {
    private struct Issuer: Sendable {
        let rules: TokenRules
        let keys: IssuerKeys
    }

    private let issuers: [String: Issuer]
    private let now: @Sendable () -> UInt64

    /// Makes an authenticator; nothing is fetched before ``run()``.
    ///
    /// - Parameters:
    ///   - configurations: the issuers whose tokens are taken.
    ///   - now: the time of day, in milliseconds since 1970.
    ///   - logger: where it logs.
    package init(
        _ configurations: [IssuerConfiguration],
        now: @escaping @Sendable () -> UInt64,
        logger: Logger
    ) {
        self.init(configurations, now: now, logger: logger, times: .init()) { DiscoveredKeySource($0) }
    }

    init(
        _ configurations: [IssuerConfiguration],
        now: @escaping @Sendable () -> UInt64,
        logger: Logger,
        times: KeySetCache.Times,
        source: (IssuerConfiguration) -> any KeySetSource
    ) {
        self.now = now
        let issuers = configurations.map { configuration in
            let keys = IssuerKeys(configuration, source: source(configuration), times: times, logger: logger)
            return (configuration.url, Issuer(rules: TokenRules(issuer: configuration), keys: keys))
        }
        self.issuers = Dictionary(issuers, uniquingKeysWith: { first, _ in first })
    }

    /// Keeps the issuers' keys until the task is cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            for issuer in issuers.values { group.addTask { await issuer.keys.run() } }
        }
    }

    /// Tells who bears a token.
    ///
    /// - Parameter text: the token in compact form.
    /// - Returns: the caller.
    /// - Throws: `unauthorized` with what is wrong; `identityProviderUnavailable` when its key is not known
    ///   and its issuer does not answer.
    package func caller(presenting text: String) async throws(Failure) -> Caller {
        do {
            let token = try SignedToken(text)
            guard let name = token.claims.issuer, let issuer = issuers[name] else {
                throw TokenRefusal.unknownIssuer
            }
            let algorithm = try issuer.rules.algorithm(of: token)
            let key = try await issuer.keys.key(token.keyID, algorithm)
            return try issuer.rules.caller(token, key: key, now: Double(now()) / 1_000)
        } catch let refusal as TokenRefusal {
            throw Failure(.unauthorized, refusal.sentence)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.unauthorized, TokenRefusal.malformed.sentence)
        }
    }
}

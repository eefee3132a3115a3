internal import API
internal import Domain
internal import Identity
internal import Logging
internal import ServiceSettings
internal import Telemetry

/// What a configuration says about who may do what, how fast, and where it is told.
extension Settings {
    /// What is wrong with rate and issuers though each key has a value that it may have.
    var accessProblems: [SettingsProblem] {
        let isKnown = problems.contains { $0.key.hasPrefix("issuer") || $0.key.hasPrefix("rateLimit") }
        guard !isKnown else { return [] }
        do throws(Failure) {
            _ = try rate()
            _ = try issuers()
            return []
        } catch {
            return [SettingsProblem(key: "issuers", place: source, String(error.message.dropLast()))]
        }
    }

    /// The rate of callers that have none of their own.
    func rate() throws(Failure) -> RequestRate? {
        let perMinute = integer(.requestsPerMinute)
        guard perMinute > 0 else { return nil }
        let burst = integer(.burst)
        return try RequestRate(perMinute: perMinute, burst: burst > 0 ? burst : nil)
    }

    /// The audit log.
    func auditLog(logger: Logger) throws(Failure) -> AuditLog? {
        guard let file = optionalText(.auditFile) else { return nil }
        do throws(AuditFileError) {
            return try AuditLog(path: file, keepsCode: flag(.auditKeepsCode), logger: logger)
        } catch {
            throw Failure(.invalidConfiguration, error.description)
        }
    }

    /// The certificate of the HTTP port.
    func certificate(logger: Logger) throws(Failure) -> ServerCertificate? {
        guard let file = optionalText(.listenCertificateFile), let key = optionalText(.listenKeyFile) else {
            return nil
        }
        return try ServerCertificate(certificateFile: file, keyFile: key, logger: logger)
    }

    /// Scheme, host and port under which clients reach the API.
    var publicOrigin: String? {
        optionalText(.listenPublicURL).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// The issuers whose tokens are taken.
    func issuers() throws(Failure) -> [IssuerConfiguration] {
        var issuers: [IssuerConfiguration] = []
        for name in list(.issuers) {
            let issuer = try IssuerConfiguration(
                url: text(.issuerURL, name),
                audiences: Set(list(.issuerAudiences, name)),
                algorithms: Set(list(.issuerAlgorithms, name).compactMap(TokenAlgorithm.init(rawValue:))),
                claim: text(.issuerClaim, name),
                grants: try grants(of: name),
                leewaySeconds: integer(.issuerLeewaySeconds, name),
                authorityFile: optionalText(.issuerAuthorityFile, name)
            )
            guard !issuers.contains(where: { $0.url == issuer.url }) else {
                throw Failure(
                    .invalidConfiguration,
                    "\(Setting.issuerURL.key([name])) is that of another issuer, too."
                )
            }
            issuers.append(issuer)
        }
        return issuers
    }

    private func grants(of issuer: String) throws(Failure) -> [ClaimGrant] {
        let names = list(.issuerGrants, issuer)
        guard !names.isEmpty else { return [ClaimGrant()] }
        var grants: [ClaimGrant] = []
        for name in names {
            let grant = AccessGrant(
                roles: Set(list(.grantRoles, issuer, name).compactMap(Role.named)),
                pools: try scope(issuer, name)
            )
            grants.append(ClaimGrant(value: text(.grantValue, issuer, name), grant: grant))
        }
        return grants
    }

    private func scope(_ issuer: String, _ grant: String) throws(Failure) -> PoolScope {
        let names = list(.grantPools, issuer, grant)
        guard names != ["*"] else { return .all }
        var pools: Set<PoolName> = []
        for name in names {
            do {
                pools.insert(try PoolName(name))
            } catch {
                throw Failure(
                    .invalidConfiguration,
                    "\(Setting.grantPools.key([issuer, grant])) names no pool: \(name)."
                )
            }
        }
        return .only(pools)
    }
}

internal import API
internal import Domain
internal import Identity
internal import Logging
internal import Telemetry

/// Reads the keys about who may do what, how fast, and where it is told.
extension Settings {
    /// The rate of callers that have none of their own.
    func rate() throws(Failure) -> RequestRate? {
        let none = 0
        let perMinute = try number(
            "rateLimit.requestsPerMinute",
            or: none,
            in: none...RequestRate.perMinuteRange.upperBound
        )
        guard perMinute > none else { return nil }
        let burst = try number("rateLimit.burst", or: none, in: none...RequestRate.burstRange.upperBound)
        return try RequestRate(perMinute: perMinute, burst: burst > none ? burst : nil)
    }

    /// The audit log.
    func auditLog(logger: Logger) throws(Failure) -> AuditLog? {
        guard let file = optionalText("audit.file") else { return nil }
        do {
            return try AuditLog(path: file, keepsCode: try flag("audit.keepsCode"), logger: logger)
        } catch let error as AuditFileError {
            throw Failure(.invalidConfiguration, error.description)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.invalidConfiguration, "\(error)")
        }
    }

    /// The certificate of the HTTP port.
    func certificate(logger: Logger) throws(Failure) -> ServerCertificate? {
        guard let file = optionalText("listen.certificateFile") else { return nil }
        return try ServerCertificate(
            certificateFile: file,
            keyFile: try text("listen.keyFile"),
            logger: logger
        )
    }

    /// Scheme, host and port under which clients reach the API.
    func publicOrigin() throws(Failure) -> String? {
        guard let text = optionalText("listen.publicUrl") else { return nil }
        let origin = text.hasSuffix("/") ? String(text.dropLast()) : text
        let scheme = ["https://", "http://"].first { origin.hasPrefix($0) }
        guard let scheme, !origin.dropFirst(scheme.utf8.count).isEmpty,
            !origin.dropFirst(scheme.utf8.count).contains(where: { "/?#@ ".contains($0) })
        else { throw refusal("listen.publicUrl", "is like https://cloister.example:8443") }
        return origin
    }

    /// The issuers whose tokens are taken.
    func issuers() async throws(Failure) -> [IssuerConfiguration] {
        var issuers: [IssuerConfiguration] = []
        for name in try await optionalList("issuers") ?? [] {
            let key = "issuer.\(name)"
            var algorithms: Set<TokenAlgorithm> = []
            for text in try await optionalList("\(key).algorithms") ?? ["RS256", "ES256"] {
                guard let algorithm = TokenAlgorithm(rawValue: text) else {
                    let known = TokenAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
                    throw refusal("\(key).algorithms", "is a list of: \(known)")
                }
                algorithms.insert(algorithm)
            }
            let issuer = try IssuerConfiguration(
                url: try text("\(key).url"),
                audiences: Set(try list("\(key).audiences")),
                algorithms: algorithms,
                claim: text("\(key).claim", or: "roles"),
                grants: try await grants(of: key),
                leewaySeconds: try number("\(key).leewaySeconds", or: 30, in: 0...300),
                authorityFile: optionalText("\(key).authorityFile")
            )
            guard !issuers.contains(where: { $0.url == issuer.url }) else {
                throw refusal("\(key).url", "is that of another issuer, too")
            }
            issuers.append(issuer)
        }
        return issuers
    }

    private func grants(of issuer: String) async throws(Failure) -> [ClaimGrant] {
        guard let names = try await optionalList("\(issuer).grants") else { return [ClaimGrant()] }
        var grants: [ClaimGrant] = []
        for name in names {
            let key = "\(issuer).grant.\(name)"
            var roles: Set<Role> = []
            for text in try await optionalList("\(key).roles") ?? ["executor"] {
                guard let role = Role.named(text) else {
                    throw refusal(
                        "\(key).roles",
                        "is a list of: " + Role.all.map(\.name).joined(separator: ", ")
                    )
                }
                roles.insert(role)
            }
            let value = text("\(key).value", or: ClaimGrant.azureRole)
            grants.append(
                ClaimGrant(
                    value: value,
                    grant: AccessGrant(roles: roles, pools: try await pools("\(key).pools"))
                )
            )
        }
        return grants
    }

    private func pools(_ key: String) async throws(Failure) -> PoolScope {
        guard let names = try await optionalList(key), names != ["*"] else { return .all }
        var pools: Set<PoolName> = []
        for name in names {
            do {
                pools.insert(try PoolName(name))
            } catch {
                throw refusal(key, "names no pool: \(name)")
            }
        }
        return .only(pools)
    }
}

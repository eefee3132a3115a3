internal import Domain

extension SettingsCatalogue.Topic {
    /// Tokens of identity providers.
    static let issuers = Self(
        title: "Tokens of identity providers",
        introduction:
            "`ISSUER` and `GRANT` are names of your choice; an example is in [operations.md](operations.md#tokens-of-an-identity-provider).",
        settings: [
            .issuers, .issuerURL, .issuerAudiences, .issuerAlgorithms, .issuerClaim, .issuerLeewaySeconds,
            .issuerAuthorityFile, .issuerGrants, .grantValue, .grantRoles, .grantPools,
        ]
    )
}

extension Setting {
    /// The issuers' names.
    package static let issuers = Self(
        "issuers",
        .list(of: nil),
        .absent("API keys only"),
        for: [.coordinator, .up],
        example: "company",
        "The names of the issuers whose tokens are taken; each has a section `issuer.ISSUER`."
    )
    /// An issuer as its tokens have it.
    package static let issuerURL = Self(
        "issuer.ISSUER.url",
        .text(.any),
        .required,
        for: [.coordinator, .up],
        example: "https://login.microsoftonline.com/TENANT/v2.0",
        "The issuer exactly as in the tokens' `iss`; `https`, or `http` of this machine."
    )
    /// For whom the tokens are.
    package static let issuerAudiences = Self(
        "issuer.ISSUER.audiences",
        .list(of: nil),
        .required,
        for: [.coordinator, .up],
        example: "https://dynamicsessions.io",
        "One of them has to be in the tokens' `aud`."
    )
    /// The signatures that are taken.
    package static let issuerAlgorithms = Self(
        "issuer.ISSUER.algorithms",
        .list(of: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]),
        .value("RS256, ES256"),
        for: [.coordinator, .up],
        example: "ES256",
        "The signatures that are taken."
    )
    /// Where the roles are in a token.
    package static let issuerClaim = Self(
        "issuer.ISSUER.claim",
        .text(.any),
        .value("roles"),
        for: [.coordinator, .up],
        example: "realm_access.roles",
        "The claim with the roles: a list of texts, or a text with words; dots lead into objects."
    )
    /// By how much clocks may differ.
    package static let issuerLeewaySeconds = Self(
        "issuer.ISSUER.leewaySeconds",
        .integer(0...300),
        .value("30"),
        for: [.coordinator, .up],
        example: "30",
        "By how much clocks may differ, in seconds."
    )
    /// The authority of the issuer's own certificate.
    package static let issuerAuthorityFile = Self(
        "issuer.ISSUER.authorityFile",
        .path,
        .absent("the system's"),
        for: [.coordinator, .up],
        example: "/etc/cloister/company-ca.pem",
        "PEM, for an issuer with a certificate of your own authority."
    )
    /// What tokens give.
    package static let issuerGrants = Self(
        "issuer.ISSUER.grants",
        .list(of: nil),
        .absent("Azure's role is an executor of all pools"),
        for: [.coordinator, .up],
        example: "sessions",
        "The names of the rights that tokens give; each has a section `issuer.ISSUER.grant.GRANT`."
    )
    /// Which tokens have a grant.
    package static let grantValue = Self(
        "issuer.ISSUER.grant.GRANT.value",
        .text(.any),
        .value("Azure ContainerApps Session Executor"),
        for: [.coordinator, .up],
        example: "cloister-admins",
        "The value that has to be in the claim."
    )
    /// The roles of a grant.
    package static let grantRoles = Self(
        "issuer.ISSUER.grant.GRANT.roles",
        .list(of: Role.all.map(\.name)),
        .value("executor"),
        for: [.coordinator, .up],
        example: "operator",
        "What the caller may do then."
    )
    /// The pools of a grant.
    package static let grantPools = Self(
        "issuer.ISSUER.grant.GRANT.pools",
        .list(of: nil),
        .value("*"),
        for: [.coordinator, .up],
        example: "python",
        "In which pools; `*` for all."
    )
}

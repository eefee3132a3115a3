internal import Domain

extension SettingsCatalogue.Topic {
    /// Keys and rates.
    static let access = Self(
        title: "Keys and rates",
        introduction: "Further keys are made while the coordinator runs: `cloister key create`.",
        settings: [.apiKeyFile, .requestsPerMinute, .burst]
    )

    /// The audit log.
    static let audit = Self(
        title: "Audit log",
        introduction: "What a line says is in [operations.md](operations.md#audit-log).",
        settings: [.auditFile, .auditKeepsCode]
    )
}

extension Setting {
    /// The operator's key.
    package static let apiKeyFile = Self(
        "apiKeyFile",
        .secretFile,
        .required,
        for: [.coordinator],
        example: "/etc/cloister/api-key",
        "The key of an operator for everything; made at the first start, mode 0600. Its folder has to exist."
    )
    /// The rate of callers without one of their own.
    package static let requestsPerMinute = Self(
        "rateLimit.requestsPerMinute",
        .integer(0...RequestRate.perMinuteRange.upperBound),
        .value("0"),
        for: [.coordinator, .up],
        example: "600",
        "How many requests a minute a caller may send whose key has no rate of its own; 0 for any number."
    )
    /// How many requests at once.
    package static let burst = Self(
        "rateLimit.burst",
        .integer(0...RequestRate.burstRange.upperBound),
        .value("0"),
        for: [.coordinator, .up],
        example: "100",
        "How many of them at once; 0 for a sixth of the rate."
    )
    /// Where the audit log is.
    package static let auditFile = Self(
        "audit.file",
        .path,
        .absent("no audit log"),
        for: [.coordinator, .up],
        example: "/var/log/cloister/audit.jsonl",
        "One JSON line for each operation; made with mode 0600."
    )
    /// Whether the audit log has the code.
    package static let auditKeepsCode = Self(
        "audit.keepsCode",
        .flag,
        .value("false"),
        for: [.coordinator, .up],
        example: "false",
        "`true` writes the code itself, too, not only its hash."
    )
}

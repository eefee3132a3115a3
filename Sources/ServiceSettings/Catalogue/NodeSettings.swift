extension SettingsCatalogue.Topic {
    /// What both services need.
    static let node = Self(
        title: "Node",
        introduction:
            "`cloister up` makes keys, store and addresses below its state directory and leaves these out of account.",
        settings: [
            .inbox, .clusterKeyFile, .tlsCertificateFile, .tlsKeyFile, .tlsAuthorityFile, .logLevel,
            .storeFile, .tombstoneRetentionHours,
        ]
    )
}

extension Setting {
    /// Where the node receives.
    package static let inbox = Self(
        "inbox",
        .text(
            SettingKind.TextForm(
                description:
                    "an address that the other nodes reach, such as tls+tcp://192.0.2.10:7400 (no wildcard)"
            ) { text in
                let isScheme = ["tcp://", "tls+tcp://", "ipc://"].contains {
                    text.hasPrefix($0) && text.utf8.count > $0.utf8.count
                }
                return isScheme
                    && !["://0.0.0.0", "://*", "://[::]"].contains { text.contains($0) }
            }
        ),
        .required,
        for: [.coordinator, .worker],
        example: "tcp://127.0.0.1:7400",
        "Where the node receives, and what its peers are told: `tcp://` (loopback only), `tls+tcp://`, `ipc:///path`."
    )
    /// The cluster's secret.
    package static let clusterKeyFile = Self(
        "clusterKeyFile",
        .secretFile,
        .required,
        for: [.coordinator, .worker],
        example: "/etc/cloister/cluster-key",
        "32 to 256 visible characters, mode 0600, the same on all nodes; not made for you: `openssl rand -hex 32`."
    )
    /// The node's certificate.
    package static let tlsCertificateFile = Self(
        "tls.certificateFile",
        .path,
        .absent("no TLS"),
        for: [.coordinator, .worker],
        example: "/etc/cloister/node.pem",
        "The node's certificate for `tls+tcp://`, PEM; the three keys of `tls` come together."
    )
    /// The certificate's key.
    package static let tlsKeyFile = Self(
        "tls.keyFile",
        .secretFile,
        .absent("no TLS"),
        for: [.coordinator, .worker],
        example: "/etc/cloister/node.key",
        "The key of that certificate, PEM."
    )
    /// The authority of all nodes.
    package static let tlsAuthorityFile = Self(
        "tls.authorityFile",
        .path,
        .absent("no TLS"),
        for: [.coordinator, .worker],
        example: "/etc/cloister/ca.pem",
        "The authority that all nodes' certificates come from, PEM."
    )
    /// How much is logged.
    package static let logLevel = Self(
        "logLevel",
        .word(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        .value("info"),
        for: [.coordinator, .worker],
        example: "info",
        "The least level that is logged."
    )
    /// The coordinator's records.
    package static let storeFile = Self(
        "storeFile",
        .path,
        .required,
        for: [.coordinator],
        example: "/var/lib/cloister/records.sqlite",
        """
        SQLite, mode 0600: ends of sessions, API keys (hashed), made pools with their secrets, rotations of MCP \
        keys, the greatest generation. Its folder has to exist. With `etcd.endpoints` all of that is in etcd, and the \
        key need not be there.
        """
    )
    /// How long ends of sessions are kept.
    package static let tombstoneRetentionHours = Self(
        "tombstoneRetentionHours",
        .integer(1...8_760),
        .value("24"),
        for: [.coordinator, .up],
        example: "24",
        "How long it is kept why sessions ended, in hours."
    )
}

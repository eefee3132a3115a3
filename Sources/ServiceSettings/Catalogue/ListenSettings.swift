extension SettingsCatalogue.Topic {
    /// The HTTP API.
    static let listen = Self(
        title: "HTTP API",
        introduction:
            "With the two files the port speaks HTTPS (TLS 1.2 and 1.3) only; `SIGHUP` reads them anew.",
        settings: [
            .listenHost, .listenPort, .listenPublicURL, .listenCertificateFile, .listenKeyFile,
            .listenDrainSeconds,
        ]
    )
}

extension Setting {
    /// The address of the API.
    package static let listenHost = Self(
        "listen.host",
        .text(.any),
        .value("127.0.0.1"),
        for: [.coordinator, .up],
        example: "127.0.0.1",
        "The address on which the API listens; for another than this machine's own give it a certificate."
    )
    /// The port of the API.
    package static let listenPort = Self(
        "listen.port",
        .integer(0...65_535),
        .value("8080"),
        for: [.coordinator, .up],
        example: "8080",
        "The port of the API; 0 for one that is free. `up --port` goes before."
    )
    /// Where clients reach the API.
    package static let listenPublicURL = Self(
        "listen.publicUrl",
        .text(
            SettingKind.TextForm(description: "like https://cloister.example:8443") { text in
                let origin = text.hasSuffix("/") ? text.dropLast() : text[...]
                guard let scheme = ["https://", "http://"].first(where: { origin.hasPrefix($0) }) else {
                    return false
                }
                let rest = origin.dropFirst(scheme.utf8.count)
                return !rest.isEmpty && !rest.contains { "/?#@ ".contains($0) }
            }
        ),
        .absent("what the request says: `Host`, `X-Forwarded-Host`, `X-Forwarded-Proto`"),
        for: [.coordinator, .up],
        example: "https://cloister.example",
        "Where clients reach the API: the beginning of every link in answers, `poolManagementEndpoint` above all."
    )
    /// The API's certificate.
    package static let listenCertificateFile = Self(
        "listen.certificateFile",
        .path,
        .absent("plain HTTP"),
        for: [.coordinator, .up],
        example: "/etc/cloister/server.pem",
        "The certificate of the API and its chain, PEM; needs `listen.keyFile`."
    )
    /// The key of the API's certificate.
    package static let listenKeyFile = Self(
        "listen.keyFile",
        .secretFile,
        .absent("plain HTTP"),
        for: [.coordinator, .up],
        example: "/etc/cloister/server.key",
        "The key of that certificate, PEM."
    )
    /// How long a stop is announced before it begins.
    package static let listenDrainSeconds = Self(
        "listen.drainSeconds",
        .integer(0...3_600),
        .value("5"),
        for: [.coordinator],
        example: "5",
        "How long a coordinator that was asked to stop (`SIGTERM`) serves on while `/readyz` says 503, for load balancers to see it; behind none, 0."
    )
}

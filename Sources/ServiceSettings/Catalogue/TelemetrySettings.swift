extension SettingsCatalogue.Topic {
    /// What a service tells of itself.
    static let telemetry = Self(
        title: "Metrics, traces, logs",
        introduction:
            "[monitoring.md](monitoring.md) has what is told. `SIGHUP` has a service read `logLevel` and `log.levels` anew.",
        settings: [
            .metricsListen, .tracesEndpoint, .tracesSamplePercent, .logFormat, .logLevelAPI,
            .logLevelCoordinator,
            .logLevelWorker,
        ]
    )
}

extension Setting {
    private static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    /// Where metrics are scraped.
    package static let metricsListen = Self(
        "metrics.listen",
        .text(
            SettingKind.TextForm(description: "a host and a port, such as 127.0.0.1:9464") { text in
                guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return false }
                return Int(text[text.index(after: colon)...]).map { (0...65_535).contains($0) } ?? false
            }
        ),
        .absent("a coordinator's operators scrape `/metrics` of the API, a worker is not scraped"),
        for: [.coordinator, .worker, .up],
        example: "127.0.0.1:9464",
        """
        Where `GET /metrics` is answered to everybody, over HTTP and without a key: an address that only the \
        scraper reaches. With `up` the coordinator has this port, worker 1 the next one, and so on.
        """
    )
    /// Where traces go.
    package static let tracesEndpoint = Self(
        "traces.endpoint",
        .text(
            SettingKind.TextForm(description: "like http://127.0.0.1:4318") { text in
                guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
                    return false
                }
                let rest = text.dropFirst(scheme.utf8.count)
                return !rest.isEmpty && !rest.contains { "?#@ ".contains($0) }
            }
        ),
        .absent("no traces"),
        for: [.coordinator, .worker, .up],
        example: "http://127.0.0.1:4318",
        "Where spans are sent, as OTLP over HTTP in JSON; `/v1/traces` is added."
    )
    /// How many traces are recorded.
    package static let tracesSamplePercent = Self(
        "traces.samplePercent",
        .integer(0...100),
        .value("100"),
        for: [.coordinator, .up],
        example: "10",
        "Of how many requests in a hundred a trace is recorded; a `traceparent` that a client sends says it for itself."
    )
    /// What log lines look like.
    package static let logFormat = Self(
        "log.format",
        .word(["json", "text"]),
        .value("json"),
        for: [.coordinator, .worker],
        example: "json",
        "What lines on standard error look like: an object each, or text for people."
    )
    /// What of the API is logged.
    package static let logLevelAPI = Self(
        "log.levels.api",
        .word(levels),
        .absent("`logLevel`"),
        for: [.coordinator],
        example: "info",
        "The least level that is logged of the HTTP API."
    )
    /// What of a coordinator is logged.
    package static let logLevelCoordinator = Self(
        "log.levels.coordinator",
        .word(levels),
        .absent("`logLevel`"),
        for: [.coordinator],
        example: "info",
        "The least level that is logged of the coordinator behind its API."
    )
    /// What of a worker is logged.
    package static let logLevelWorker = Self(
        "log.levels.worker",
        .word(levels),
        .absent("`logLevel`"),
        for: [.worker],
        example: "info",
        "The least level that is logged of the worker."
    )
}

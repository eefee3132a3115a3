internal import API
internal import Logging
internal import ServiceLifecycle
internal import ServiceSettings
internal import Telemetry

/// What a process tells of itself: metrics, and spans where somebody wants them.
struct Observation: Sendable {
    /// The metrics of the process.
    let registry = MetricRegistry()
    /// Who gathers spans; nil where nobody wants any.
    let tracer: Tracer?
    /// What keeps them going: the port where they are scraped, the sending of spans.
    let services: [any Service]

    /// Begins to observe.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - service: what kind of process this is.
    ///   - instance: which one.
    ///   - logger: where is told what cannot be told elsewhere.
    init(_ settings: Settings, as service: String, _ instance: String, logger: Logger) {
        registry.collect { ProcessMetrics.collect() }
        var services: [any Service] = []
        if let address = settings.metricsAddress {
            services.append(
                MetricsServer(host: address.host, port: address.port, registry: registry, logger: logger)
            )
        }
        if let endpoint = settings.optionalText(.tracesEndpoint) {
            let tracer = Tracer(samplePercent: settings.integer(.tracesSamplePercent))
            registry.collect { tracer.measured() }
            services.append(
                TraceExport(
                    tracer: tracer,
                    text: OTLPText(service: service, instance: instance, tracer: tracer),
                    endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint,
                    logger: logger
                )
            )
            self.tracer = tracer
        } else {
            tracer = nil
        }
        self.services = services
    }
}

extension Settings {
    /// Where metrics are scraped; nil for nowhere but the API.
    var metricsAddress: (host: String, port: Int)? {
        guard let text = optionalText(.metricsListen), let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...])
        else { return nil }
        // An address of IPv6 has brackets around it.
        return (String(text[..<colon].filter { $0 != "[" && $0 != "]" }), port)
    }

    /// Where a worker of a local cluster is scraped.
    ///
    /// - Parameter number: which worker, from 1.
    /// - Returns: the address; nil for nowhere.
    func metricsAddress(ofWorker number: Int) -> String? {
        metricsAddress.map { address in
            let host = address.host.contains(":") ? "[\(address.host)]" : address.host
            return "\(host):\(address.port == 0 ? 0 : address.port + number)"
        }
    }
}

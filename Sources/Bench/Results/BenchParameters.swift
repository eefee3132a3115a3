/// What was asked for, as a document has it; the API key is not in it.
package struct BenchParameters: Hashable, Sendable, Codable {
    /// The cluster's address.
    package var url: String
    /// The pool.
    package var pool: String
    /// In what its sandboxes computed.
    package var language: String
    /// The clients of a closed loop.
    package var clients: Int?
    /// Operations a second of an open loop.
    package var rate: Double?
    /// Whether all operations began at once.
    package var isBurst: Bool
    /// For how long, in seconds; nil when a count ended it.
    package var durationSeconds: Double?
    /// How many operations; nil when a time ended it.
    package var count: Int?
    /// How long it warmed up, in seconds.
    package var warmUpSeconds: Double
    /// How long the load rose, in seconds.
    package var rampSeconds: Double
    /// How long a client waited before each operation, in milliseconds.
    package var pauseMilliseconds: Double
    /// Over how many sessions executions were spread.
    package var sessions: Int
    /// The most operations of an open loop that were under way.
    package var inFlight: Int
    /// How large files were, in bytes.
    package var fileBytes: Int
    /// What a mix was made of; nil where nothing was mixed.
    package var weights: [String: Int]?
    /// How many processes shared the load.
    package var processes: Int

    private enum CodingKeys: String, CodingKey {
        case url, pool, language, clients, rate, count, sessions, weights, processes
        case isBurst = "is_burst"
        case durationSeconds = "duration_s"
        case warmUpSeconds = "warm_up_s"
        case rampSeconds = "ramp_s"
        case pauseMilliseconds = "pause_ms"
        case inFlight = "in_flight"
        case fileBytes = "file_bytes"
    }

    /// Writes down what was asked for.
    ///
    /// - Parameters:
    ///   - options: what is measured.
    ///   - url: the cluster's address.
    ///   - pool: the pool.
    ///   - language: in what its sandboxes compute.
    ///   - processes: how many processes share the load.
    package init(_ options: BenchOptions, url: String, pool: String, language: Language, processes: Int) {
        let plan = options.plan
        self.url = url
        self.pool = pool
        self.language = language.rawValue
        clients = if case .clients(let clients) = plan.pace { clients } else { nil }
        rate = if case .rate(let rate) = plan.pace { rate } else { nil }
        isBurst = plan.pace == .burst
        durationSeconds = if case .duration(let duration) = plan.limit { duration / .seconds(1) } else { nil }
        count = if case .count(let count) = plan.limit { count } else { nil }
        warmUpSeconds = plan.warmUp / .seconds(1)
        rampSeconds = plan.ramp / .seconds(1)
        pauseMilliseconds = plan.pause / .milliseconds(1)
        sessions = options.sessions
        inFlight = plan.inFlight
        fileBytes = options.fileBytes
        weights = [.mixed, .soak].contains(options.scenario) ? options.weights.weights : nil
        self.processes = processes
    }
}

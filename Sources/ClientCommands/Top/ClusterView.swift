internal import APIModel
internal import Presentation

/// What `cloister top` shows: a cluster now, and what it did since it was looked at before.
struct ClusterView: Sendable {
    /// What was known at one moment.
    struct Snapshot: Sendable {
        /// The nodes.
        let nodes: [NodeResource]
        /// What the coordinator measures.
        let samples: MetricSamples
        /// When this was.
        let time: ContinuousClock.Instant
    }

    let earlier: Snapshot
    let now: Snapshot

    private var seconds: Double { max(0.001, earlier.time.duration(to: now.time) / .seconds(1)) }

    /// The view as lines.
    ///
    /// - Parameter style: whether headings are emphasized.
    /// - Returns: a line for the whole cluster, its pools, its nodes.
    func lines(_ style: TextStyle) -> [String] {
        [summary, ""] + pools.lines(style) + [""] + nodes.lines(style)
    }

    private var summary: String {
        let sessions = now.samples.sum("cloister_sessions", ["state": "live"])
        let capacity = now.nodes.reduce(0) { $0 + ($1.capacity?.sessions ?? 0) }
        let requests = rate("cloister_http_requests_total")
        let failures = rate("cloister_http_requests_total", ["status": "5xx"])
        let parts = [
            "sessions \(Int(sessions))/\(capacity)",
            "requests \(Self.number(requests))/s, \(Self.number(failures))/s fail",
            "executions \(Self.number(rate("cloister_messages_total", ["direction": "out", "kind": "execute"])))/s",
            "p50 \(latency(0.5)), p99 \(latency(0.99))",
            "in progress \(Int(now.samples.sum("cloister_http_requests_in_progress")))",
        ]
        return parts.joined(separator: "   ")
    }

    private var pools: TextTable {
        var table = TextTable("POOL", "LIVE", "BEGINNING", "ENDING", "READY", "STARTED/S")
        for pool in now.samples.values(of: "pool", in: "cloister_sessions") {
            func count(_ states: String...) -> String {
                let counts = states.map { now.samples.sum("cloister_sessions", ["pool": pool, "state": $0]) }
                return "\(Int(counts.reduce(0, +)))"
            }
            let ready = now.nodes.flatMap { $0.ready ?? [] }.filter { $0.pool == pool }
            table.add(
                pool,
                count("live", "known"),
                count("placing"),
                count("stopping", "ended"),
                "\(ready.reduce(0) { $0 + $1.ready })/\(ready.reduce(0) { $0 + $1.wanted })",
                Self.number(rate("cloister_stage_seconds_count", ["stage": "route", "pool": pool]))
            )
        }
        return table
    }

    private var nodes: TextTable {
        var table = TextTable("NODE", "ROLE", "STATE", "SESSIONS", "RING", "VERSION")
        for node in now.nodes {
            table.add(
                node.name,
                node.role,
                node.state,
                node.capacity.map { "\(node.sessions)/\($0.sessions)" } ?? "\(node.sessions)",
                node.ringShare.map { "\(Self.number($0 * 100))%" } ?? "-",
                node.version ?? "?"
            )
        }
        return table
    }

    private func rate(_ name: String, _ labels: [String: String] = [:]) -> Double {
        // A coordinator that was started anew has counted less.
        max(0, now.samples.sum(name, labels) - earlier.samples.sum(name, labels)) / seconds
    }

    /// Of the requests that run code.
    private func latency(_ part: Double) -> String {
        let quantile = now.samples.quantile(
            part,
            of: "cloister_http_request_duration_seconds",
            since: earlier.samples
        ) { labels in
            labels["route"]?.hasPrefix("POST /") == true
                && ["/executions", "/execute"].contains { labels["route"]?.hasSuffix($0) == true }
        }
        return quantile.map { "\(Self.number($0 * 1_000)) ms" } ?? "-"
    }

    private static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "?" }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 || abs(tenths) >= 1_000
            ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

internal import Domain
internal import Lifecycle
internal import Telemetry

/// What is measured of a worker when somebody looks.
extension WorkerNode {
    /// Sessions, ready machines, lease, and what is to be paid for.
    ///
    /// - Returns: the metrics.
    func measured() -> [MetricFamily] {
        let now = ContinuousClock.now
        let capacity = configuration.capacity.sessions
        return [
            sessionFamily, readyFamily,
            MetricFamily(
                "cloister_worker_capacity_sessions",
                "The most sessions that this worker has at once.",
                .gauge,
                value: Double(capacity)
            ),
            MetricFamily(
                "cloister_worker_lease_held",
                "1 while a coordinator's lease lets this worker serve.",
                .gauge,
                value: leases.isHeld(now) ? 1 : 0
            ),
            MetricFamily(
                "cloister_worker_epoch",
                "How often this worker has begun anew because it lost its lease, from 1.",
                .gauge,
                value: Double(epoch.number)
            ),
        ] + usageFamilies(at: now)
    }

    private var sessionFamily: MetricFamily {
        var family = MetricFamily(
            "cloister_worker_sessions",
            "Sessions of this worker, by pool; those that are leaving wait for the end of their machines.",
            .gauge
        )
        var counts: [String: (live: Int, leaving: Int)] = [:]
        for pool in configuration.pools.map(\.name.text) + ready.pools.map(\.name.text) {
            counts[pool] = (0, 0)
        }
        for sandbox in sandboxes.values { counts[sandbox.pool.name.text, default: (0, 0)].live += 1 }
        for sandbox in leaving.values { counts[sandbox.pool.name.text, default: (0, 0)].leaving += 1 }
        for (pool, count) in counts.sorted(by: { $0.key < $1.key }) {
            family.add(Double(count.live), ["pool": pool, "state": "live"])
            family.add(Double(count.leaving), ["pool": pool, "state": "leaving"])
        }
        return family
    }

    private var readyFamily: MetricFamily {
        var family = MetricFamily(
            "cloister_ready_sandboxes",
            "Sandboxes kept ready at this worker, by pool: how many are, are being made and should be.",
            .gauge
        )
        var counts: [String: (ready: Int, starting: Int, wanted: Int)] = [:]
        // A pool that was changed has machines of both its former and its present kind.
        for pool in ready.pools {
            let state = ready.policy(for: pool)
            counts[pool.name.text, default: (0, 0, 0)].ready += state.ready
            counts[pool.name.text, default: (0, 0, 0)].starting += state.starting
            counts[pool.name.text, default: (0, 0, 0)].wanted += state.target
        }
        for (pool, count) in counts.sorted(by: { $0.key < $1.key }) {
            family.add(Double(count.ready), ["pool": pool, "state": "ready"])
            family.add(Double(count.starting), ["pool": pool, "state": "starting"])
            family.add(Double(count.wanted), ["pool": pool, "state": "wanted"])
        }
        return family
    }

    private func usageFamilies(at now: ContinuousClock.Instant) -> [MetricFamily] {
        var processors = MetricFamily(
            "cloister_usage_vcpu_seconds_total",
            "Guest processors times the seconds that sessions had them, by pool and by the key that began them.",
            .counter
        )
        var memory = MetricFamily(
            "cloister_usage_gibibyte_seconds_total",
            "Guest memory in GiB times the seconds that sessions had it, by pool and by the key that began them.",
            .counter
        )
        for (account, usage) in usage.usage(at: now) {
            let labels: KeyValuePairs = ["pool": account.pool.text, "key": account.name]
            processors.add(usage.processorSeconds, labels)
            memory.add(usage.gibibyteSeconds, labels)
        }
        return [processors, memory]
    }
}

extension CommandServer {
    /// How much is in hand.
    ///
    /// - Returns: the metric.
    func measured() async -> [MetricFamily] {
        var family = MetricFamily(
            "cloister_commands_in_hand",
            "Commands that this worker works at: all, and those that may wait for an execution.",
            .gauge
        )
        family.add(Double(await commandsInHand.count(.message)), ["kind": "all"])
        family.add(Double(await commandsInHand.count(.waiting)), ["kind": "waiting"])
        return [family]
    }
}

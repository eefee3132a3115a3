internal import ClusterState
internal import Domain
internal import Telemetry

/// What is measured of a cluster when somebody looks.
extension CoordinatorNode {
    /// The most workers that are told one by one.
    private static let namedWorkersMax = 256

    /// Sessions, workers and ring, as this coordinator knows them.
    ///
    /// - Returns: the metrics.
    func measured() async -> [MetricFamily] {
        var families = [sessionFamily] + workerFamilies + ringFamilies
        families.append(
            MetricFamily(
                "cloister_coordinator_ready",
                "1 while new sessions can begin here.",
                .gauge,
                value: unreadiness() == nil ? 1 : 0
            )
        )
        families.append(
            MetricFamily(
                "cloister_store_backlog",
                "Ends of sessions that the store has not taken yet.",
                .gauge,
                value: Double(unrecorded.waitingCount)
            )
        )
        if directory != nil { families += directoryFamilies }
        var waiting = MetricFamily(
            "cloister_commands_in_flight",
            "Commands to workers that wait for an answer: those that may wait for an execution, and short ones.",
            .gauge
        )
        var counts = (long: 0, short: 0)
        for link in Array(links.values) {
            let count = await link.inFlight()
            counts = (counts.long + count.long, counts.short + count.short)
        }
        waiting.add(Double(counts.long), ["kind": "long"])
        waiting.add(Double(counts.short), ["kind": "short"])
        return families + [waiting]
    }

    private var sessionFamily: MetricFamily {
        var family = MetricFamily(
            "cloister_sessions",
            "Sessions of the cluster in the directory, by pool and state.",
            .gauge
        )
        var counts: [PoolName: [Placement.State: Int]] = [:]
        for pool in pools.keys { counts[pool] = [:] }
        for placement in cluster.placements {
            counts[placement.session.key.pool, default: [:]][placement.state, default: 0] += 1
        }
        let states: [(Placement.State, String)] = [
            (.placing, "placing"), (.known, "known"), (.live, "live"), (.stopping, "stopping"),
            (.ended, "ended"),
        ]
        for (pool, count) in counts.sorted(by: { $0.key.text < $1.key.text }) {
            for (state, name) in states {
                family.add(Double(count[state] ?? 0), ["pool": pool.text, "state": name])
            }
        }
        return family
    }

    private var workerFamilies: [MetricFamily] {
        var states = MetricFamily(
            "cloister_workers",
            "Workers that this coordinator knows, by state.",
            .gauge
        )
        var sessions = MetricFamily(
            "cloister_worker_sessions_placed",
            "Sessions of each worker by the directory's count.",
            .gauge
        )
        let workers = cluster.workers
        var counts = Dictionary(
            uniqueKeysWithValues: ["joining", "serving", "suspected", "unhealthy", "draining", "drained"].map
            {
                ($0, 0)
            }
        )
        for worker in workers { counts[Self.state(of: worker), default: 0] += 1 }
        counts["lost"] = cluster.absentWorkers.count
        for (state, count) in counts.sorted(by: { $0.key < $1.key }) {
            states.add(Double(count), ["state": state])
        }
        for worker in workers.prefix(Self.namedWorkersMax) {
            sessions.add(Double(worker.sessionCount), ["worker": worker.life.worker.text])
        }
        return [states, sessions]
    }

    private var ringFamilies: [MetricFamily] {
        var shares = MetricFamily(
            "cloister_ring_share",
            "The part of the ring that is each worker's own, from 0 to 1.",
            .gauge
        )
        let fractions = cluster.ringShares.sorted { $0.key.text < $1.key.text }
        for (worker, fraction) in fractions.prefix(Self.namedWorkersMax) {
            shares.add(fraction, ["worker": worker.text])
        }
        return [
            shares,
            MetricFamily(
                "cloister_ring_imbalance",
                "The greatest share of a worker over the share that its weight should give it; 1 is even.",
                .gauge,
                value: imbalance
            ),
        ]
    }

    /// How much more of the ring the luckiest worker has than its weight should give it.
    private var imbalance: Double {
        let shares = cluster.ringShares
        let members = cluster.workers.filter { shares[$0.life.worker] != nil }
        let weights = Double(members.reduce(0) { $0 + $1.capacity.weight })
        let ratios = members.map { member in
            (shares[member.life.worker] ?? 0) * weights / Double(max(1, member.capacity.weight))
        }
        return ratios.max() ?? 1
    }

    private var directoryFamilies: [MetricFamily] {
        var coordinators = MetricFamily(
            "cloister_coordinators",
            "Coordinators that share the directory, by whether they are in touch with it.",
            .gauge
        )
        let known = cluster.coordinators
        coordinators.add(Double(known.count { $0.isInTouch }), ["state": "serving"])
        coordinators.add(Double(known.count { !$0.isInTouch }), ["state": "silent"])
        let isInTouch = known.contains { $0.record.name == name && $0.isInTouch }
        return [
            coordinators,
            MetricFamily(
                "cloister_directory_in_touch",
                "1 while this coordinator is in touch with the directory in etcd.",
                .gauge,
                value: isInTouch ? 1 : 0
            ),
        ]
    }
}

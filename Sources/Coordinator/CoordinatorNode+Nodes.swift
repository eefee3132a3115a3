internal import ClusterState
internal import Domain

/// The nodes of the cluster, for those who operate it.
extension CoordinatorNode {
    /// What is known here of the nodes, and the ways to those who can tell more.
    ///
    /// - Parameter address: where this coordinator is reached by workers.
    /// - Returns: the coordinator first, then the workers in the order of their names.
    func knownNodes(address: String) -> [(node: NodeDescription, link: WorkerLink?)] {
        let now = time
        let shares = cluster.ringShares
        var own = NodeDescription(
            name: name,
            state: cluster.isSettling(at: now) ? "settling" : "serving",
            address: address,
            incarnation: incarnation,
            sessionCount: cluster.sessionCount,
            worker: nil
        )
        own.version = ProductVersion.text
        own.startedMilliseconds = now.epochMilliseconds - Self.milliseconds(now.uptime)
        let workers = cluster.workers.sorted { $0.life.worker < $1.life.worker }.map { worker in
            let silence = Self.milliseconds(now.uptime - worker.heardAt)
            let node = NodeDescription(
                name: worker.life.worker.text,
                state: Self.state(of: worker),
                address: worker.address,
                incarnation: worker.life.incarnation,
                sessionCount: worker.sessionCount,
                worker: NodeDescription.Worker(
                    epoch: worker.life.epoch,
                    capacity: worker.capacity,
                    ringShare: shares[worker.life.worker] ?? 0,
                    lastSeenMilliseconds: now.epochMilliseconds - min(silence, now.epochMilliseconds)
                ),
                drain: cluster.drain(of: worker.life.worker)
            )
            return (node: node, link: links[worker.life])
        }
        return [(node: own, link: nil)] + otherCoordinators + workers
            + absentNodes(at: now).map { (node: $0, link: nil) }
    }

    /// Where the coordinators receive that share the directory; empty when it is shared with nobody.
    var coordinatorAddresses: [String] { cluster.coordinators.map(\.record.address) }

    /// The other coordinators, as far as the shared directory tells.
    private var otherCoordinators: [(node: NodeDescription, link: WorkerLink?)] {
        cluster.coordinators.filter { $0.record.name != name }.map { other in
            var node = NodeDescription(
                name: other.record.name,
                state: other.isInTouch ? "serving" : "silent",
                address: other.record.address,
                incarnation: other.record.incarnation,
                sessionCount: cluster.sessionCount,
                worker: nil
            )
            node.version = other.record.version
            node.startedMilliseconds = other.record.startedMilliseconds
            return (node: node, link: nil)
        }
    }

    /// The workers that are lost, for as long as somebody may wait for them.
    private func absentNodes(at now: ClusterTime) -> [NodeDescription] {
        cluster.absentWorkers.map { name, last in
            var node = NodeDescription(
                name: name.text,
                state: "lost",
                address: last?.address,
                incarnation: last?.life.incarnation,
                sessionCount: 0,
                worker: last.map { last in
                    let silence = Self.milliseconds(now.uptime - last.heardAt)
                    return NodeDescription.Worker(
                        epoch: last.life.epoch,
                        capacity: last.capacity,
                        ringShare: 0,
                        lastSeenMilliseconds: now.epochMilliseconds - min(silence, now.epochMilliseconds)
                    )
                },
                drain: cluster.drain(of: name)
            )
            // Also where only the directory tells of it.
            node.isWorker = true
            return node
        }
    }

    static func state(of worker: WorkerSummary) -> String {
        switch worker.status {
        case .joining: "joining"
        case .draining: worker.sessionCount == 0 ? "drained" : "draining"
        case .serving:
            worker.isSuspected ? "suspected" : worker.isHealthy ? "serving" : "unhealthy"
        }
    }

    private static func milliseconds(_ duration: Duration) -> UInt64 {
        let parts = max(duration, .zero).components
        return UInt64(parts.seconds) * 1_000 + UInt64(parts.attoseconds) / 1_000_000_000_000_000
    }
}

internal import ClusterState
internal import Domain
internal import Wire

/// Ready sandboxes.
extension CoordinatorNode {
    /// What workers are to be told to keep ready, where that has changed.
    func readyOrders() -> [(link: WorkerLink, targets: [ReadyTarget])] {
        let serving = cluster.workers.filter { $0.isHealthy && links[$0.life] != nil }
        let weights = Dictionary(
            serving.map { ($0.life.worker, $0.capacity.weight) },
            uniquingKeysWith: { _, newer in newer }
        )
        let splits = pools.values.sorted { $0.name.text < $1.name.text }
            .map { pool in (pool: pool, count: pool.readySessions(atHour: WallClock.hour)) }
            .filter { $0.count > 0 }
            .map { (pool: $0.pool, counts: ReadySplit.counts(of: $0.count, by: weights)) }
        // Who drains has no part, and so gives up what it keeps.
        let draining = cluster.workers.filter { $0.status == .draining && links[$0.life] != nil }
        return (serving + draining).compactMap { worker in
            let targets = splits.map {
                ReadyTarget(pool: $0.pool, count: $0.counts[worker.life.worker] ?? 0)
            }
            guard readyTold[worker.life] != targets, let link = links[worker.life] else { return nil }
            return (link, targets)
        }
    }

    /// A worker took an order.
    func readyOrderTaken(_ targets: [ReadyTarget], by life: WorkerLife) {
        guard links[life] != nil else { return }
        readyTold[life] = targets
    }
}

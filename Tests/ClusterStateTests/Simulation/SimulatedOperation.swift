import ClusterState
import Domain

/// What operators do with workers, and the store that keeps it: all coordinators learn of it a little later.
final class SimulatedOperation {
    unowned let simulation: Simulation
    private var drains: [WorkerID: NodeDrain] = [:]

    init(_ simulation: Simulation) { self.simulation = simulation }

    private var settings: SimulationSettings { simulation.settings }
    private var ledger: Ledger { simulation.ledger }

    /// The wishes that the store has.
    var wishes: [NodeDrain] { drains.values.sorted { $0.worker < $1.worker } }

    /// Has a worker drained for a time; then it serves again, or is taken out and comes back as a new one.
    func drain(_ worker: SimulatedWorker, through coordinator: SimulatedCoordinator, for time: Int) {
        // Enough workers are left.
        guard canAsk(coordinator), drains.count * 3 < simulation.workers.count else { return }
        guard drains[worker.id] == nil, coordinator.cluster.knows(worker.id) else { return }
        let now = UInt64(simulation.now / 1_000)
        let hasDeadline = simulation.happens(600)
        let deadline = now + UInt64(simulation.random(0...time) / 1_000)
        let drain = NodeDrain(
            worker: worker.id,
            sinceMilliseconds: now,
            deadlineMilliseconds: hasDeadline ? deadline : nil
        )
        drains[worker.id] = drain
        ledger.note("worker drains", worker: worker.index, number: hasDeadline ? deadline : 0)
        coordinator.apply { cluster, _ in cluster.drain(drain) }
        tellAll()
        simulation.after(time) { [self] in
            if simulation.happens(500) { undrain(worker) } else { remove(worker, attempts: 40) }
        }
    }

    private func undrain(_ worker: SimulatedWorker) {
        guard simulation.isRestless, drains.removeValue(forKey: worker.id) != nil else { return }
        ledger.note("worker drains no more", worker: worker.index)
        tellAll()
    }

    /// Removes a worker as soon as that is allowed: drained and empty, or stopped and lost when coordinators share.
    private func remove(_ worker: SimulatedWorker, attempts: Int) {
        guard simulation.isRestless, attempts > 0 else { return }
        let coordinator = simulation.pick(simulation.coordinators)
        if settings.isShared { worker.crash() }
        if canAsk(coordinator), coordinator.cluster.objection(toForgetting: worker.id) == nil,
            !settings.isShared || simulation.directory.removeWorker(worker.id)
        {
            ledger.note("worker is removed", worker: worker.index, coordinator: coordinator.index)
            drains[worker.id] = nil
            coordinator.apply { $0.forget(worker.id, at: $1) }
            tellAll()
            simulation.after(settings.scaled(3_000)) { [simulation] in
                // A process that is removed is never called again.
                worker.crash()
                simulation.after(simulation.settings.scaled(500)) { worker.start() }
            }
        } else {
            simulation.after(settings.scaled(500)) { [self] in remove(worker, attempts: attempts - 1) }
        }
    }

    /// A wish goes into the store first, which is the directory's where coordinators share one.
    private func canAsk(_ coordinator: SimulatedCoordinator) -> Bool {
        coordinator.isRunning && !(settings.isShared && simulation.directory.isDown)
    }

    private func tellAll() {
        for coordinator in simulation.coordinators {
            simulation.after(settings.scaled(simulation.random(0...2_000))) { [self] in
                coordinator.apply { cluster, _ in cluster.setDrains(wishes) }
            }
        }
    }

    /// What is left of drained workers when all faults are long over.
    func check() {
        for worker in simulation.workers {
            let isLate = drains[worker.id]?.deadlineMilliseconds != nil
            if isLate, !worker.sessions.isEmpty {
                ledger.fail("a drained worker has sessions after its deadline", worker: worker.index)
            }
            for coordinator in simulation.coordinators {
                let summary = coordinator.cluster.workers.first { $0.life == worker.life }
                guard (summary?.status == .draining) != (drains[worker.id] != nil) else { continue }
                ledger.fail("a coordinator does not know whether a worker drains", worker: worker.index)
            }
        }
    }
}

import Domain

/// Clients that ask, and faults that happen, by themselves.
final class Chaos {
    unowned let simulation: Simulation
    private var lastExecution = 0
    private var lastName = 0

    init(_ simulation: Simulation) { self.simulation = simulation }

    private var settings: SimulationSettings { simulation.settings }
    private var network: SimulatedNetwork { simulation.network }

    func start() {
        network.losses = settings.losses
        askAgain()
        endAgain()
        spoilAgain()
    }

    private func askAgain() {
        guard simulation.isRestless else { return }
        let key = simulation.pick(simulation.keys)
        let coordinator = simulation.pick(simulation.coordinators)
        if simulation.happens(60) { coordinator.stop(key) } else { ask(key, through: coordinator) { _ in } }
        // Some ask for the same at the same time.
        if simulation.happens(100) { ask(key, through: simulation.pick(simulation.coordinators)) { _ in } }
        simulation.after(simulation.irregular(settings.scaled(settings.requestInterval))) { [self] in
            askAgain()
        }
    }

    func ask(
        _ key: SessionKey,
        through coordinator: SimulatedCoordinator,
        _ done: @escaping (ClientRequest.Outcome) -> Void
    ) {
        lastExecution += 1
        coordinator.execute(
            ClientRequest(
                key,
                execution: lastExecution,
                floor: simulation.ledger.floor(of: key)
            ) { [self] outcome in
                if case .refused(let code) = outcome { simulation.ledger.note(code.name, key: key) }
                done(outcome)
            }
        )
    }

    /// Sessions end by themselves: nobody asked for long, or the guest crashed.
    private func endAgain() {
        guard simulation.isRestless else { return }
        let worker = simulation.pick(simulation.workers)
        if let session = worker.sessions.values.min(by: { $0.generation < $1.generation }) {
            worker.end(session, cause: simulation.happens(700) ? .cooldown : .guestCrashed)
        }
        simulation.after(simulation.irregular(settings.scaled(settings.requestInterval * 8))) { [self] in
            endAgain()
        }
    }

    private func spoilAgain() {
        guard simulation.isRestless else { return }
        spoil()
        simulation.after(simulation.irregular(settings.scaled(settings.faultInterval))) { [self] in
            spoilAgain()
        }
    }

    /// A time from a moment to more than two leases.
    private var duration: Int {
        settings.scaled(
            simulation.happens(500) ? simulation.random(100...3_000) : simulation.random(3_000...12_000)
        )
    }

    private func spoil() {
        let worker = simulation.pick(simulation.workers)
        let coordinator = simulation.pick(simulation.coordinators)
        switch simulation.random(0...12) {
        case 0:
            worker.crash()
            simulation.after(duration) { worker.start() }
        case 1, 2: worker.pause(for: duration)
        case 3:
            guard simulation.happens(400) else { return }
            simulation.ledger.coordinatorCrashed()
            coordinator.crash()
            simulation.after(duration) { coordinator.start() }
        case 4, 5: part(.worker(worker.index), .coordinator(coordinator.index))
        case 6: simulation.coordinators.forEach { part(.worker(worker.index), .coordinator($0.index)) }
        case 7: simulation.workers.forEach { part(.worker($0.index), .coordinator(coordinator.index)) }
        case 8, 9: if settings.isShared { part(.coordinator(coordinator.index), .directory) }
        case 10:
            network.longestDelay = simulation.pick([5, 20, 100, 400])
            network.losses = simulation.pick([0, settings.losses, 100])
        case 11 where simulation.happens(100): addWorker()
        case 12: simulation.operation.drain(worker, through: coordinator, for: duration)
        default: spoilDirectory(coordinator)
        }
    }

    private func addWorker() {
        guard simulation.workers.count < settings.workerCount + 2 else { return }
        try? simulation.addWorker(simulation.workers.count)
    }

    private func spoilDirectory(_ coordinator: SimulatedCoordinator) {
        guard settings.isShared else { return }
        if simulation.happens(500) { coordinator.directory?.breakWatch() }
        if simulation.happens(500) { coordinator.directory?.stallWatch(for: duration) }
        guard simulation.happens(300), !simulation.directory.isDown else { return }
        simulation.ledger.note("directory is away")
        simulation.directory.setDown(true)
        simulation.after(duration) { [simulation] in simulation.directory.setDown(false) }
    }

    /// Cuts one way between two nodes, or both.
    private func part(_ one: SimulatedNetwork.Node, _ other: SimulatedNetwork.Node) {
        let time = duration
        let kind = simulation.random(0...2)
        note(one, other, kind, time)
        if kind != 0 { network.cut(one, other, for: time) }
        if kind != 1 { network.cut(other, one, for: time) }
    }

    private func note(_ one: SimulatedNetwork.Node, _ other: SimulatedNetwork.Node, _ kind: Int, _ time: Int)
    {
        var (worker, coordinator): (Int?, Int?) = (nil, nil)
        for node in [one, other] {
            if case .worker(let index) = node { worker = index }
            if case .coordinator(let index) = node { coordinator = index }
        }
        let ways = ["is not heard by it", "does not hear it", "both ways"][kind]
        let what = worker == nil ? "directory cut off, \(ways)" : "parted, \(ways)"
        simulation.ledger.note(what, worker: worker, coordinator: coordinator, number: time)
    }

    /// Ends all faults: whoever is down comes back, all ways are open.
    func end() {
        simulation.isRestless = false
        network.healAll()
        simulation.directory.setDown(false)
        simulation.ledger.note("all faults end")
        for worker in simulation.workers { worker.start() }
        for coordinator in simulation.coordinators { coordinator.start() }
    }
}

import ClusterState
import Domain

/// A simulation from its beginning to the moment when everything has to be right again.
final class Run {
    let simulation: Simulation
    private let chaos: Chaos

    init(_ settings: SimulationSettings) throws {
        simulation = try Simulation(settings)
        chaos = Chaos(simulation)
    }

    /// Carries it out.
    ///
    /// - Returns: the rule that was broken, with what led to it; and how often what happened.
    func carryOut() -> (violation: String?, counts: [String: Int]) {
        let settings = simulation.settings
        simulation.run(until: settings.scaled(5_000))
        chaos.start()
        simulation.run(until: settings.scaled(settings.seconds * 1_000))
        chaos.end()
        // Pauses end by themselves; then ten seconds.
        simulation.run(until: simulation.now + settings.scaled(12_000 + 10_000))
        if simulation.ledger.violation == nil { checkRecovery() }
        defer { simulation.finish() }
        return (simulation.ledger.violation, simulation.ledger.counts)
    }

    private func checkRecovery() {
        let (settings, ledger) = (simulation.settings, simulation.ledger)
        for worker in simulation.workers where !worker.isServing {
            return ledger.fail("a worker has no lease again", worker: worker.index)
        }
        for coordinator in simulation.coordinators {
            for worker in simulation.workers where !coordinator.cluster.isReachable(worker.life) {
                return ledger.fail("a coordinator does not reach a worker again", worker: worker.index)
            }
        }
        var isAnswered: [SessionKey: Bool] = [:]
        for key in simulation.keys {
            // A loss of the time of the faults may be told now, one time.
            func ask(_ isSecond: Bool) {
                let coordinator = simulation.pick(simulation.coordinators)
                chaos.ask(key, through: coordinator) { outcome in
                    switch outcome {
                    case .ran, .refused(.sessionsCountExceedsLimit): isAnswered[key] = true
                    case .refused(.sessionLost) where !isSecond: ask(true)
                    case .refused(let code):
                        isAnswered[key] = false; ledger.note("refused: \(code.name)", key: key)
                    }
                }
            }
            ask(false)
        }
        simulation.run(until: simulation.now + settings.scaled(5_000))
        for key in simulation.keys where isAnswered[key] != true && ledger.violation == nil {
            ledger.fail("a request does not succeed although all faults are over", key: key)
        }
        // What was placed and never begun is asked for by itself.
        simulation.run(until: simulation.now + settings.scaled(15_000))
        for (key, since) in ledger.owed.sorted(by: { $0.value < $1.value }) {
            ledger.fail("the mark of a loss was taken, and nobody was told since \(since) us", key: key)
        }
        if ledger.violation == nil { simulation.operation.check() }
        if ledger.violation == nil { checkAgreement() }
        if ledger.violation == nil { checkTombstones() }
    }

    /// Directory, coordinators and workers say the same of all sessions.
    private func checkAgreement() {
        let ledger = simulation.ledger
        var present: [SessionKey: SessionLife] = [:]
        for worker in simulation.workers {
            for session in worker.sessions.values { present[session.key] = session }
        }
        for coordinator in simulation.coordinators {
            let placements = coordinator.cluster.placements
            for placement in placements where present[placement.session.key] != placement.session {
                ledger.fail(
                    "\(coordinator.name) knows a session that is nowhere: \(placement)",
                    key: placement.session.key
                )
            }
            let known = Set(placements.map(\.session))
            for session in present.values where !known.contains(session) {
                ledger.fail("\(coordinator.name) does not know a session: \(session)", key: session.key)
            }
        }
        guard simulation.settings.isShared else { return }
        let directory = simulation.directory
        let placed = directory.sessions.values.filter { $0.entry.place != .lost }
        if placed.count != directory.placedCount { ledger.fail("a slot leaks") }
        for entry in placed where present[entry.entry.session.key] != entry.entry.session {
            ledger.fail("the directory has a session that is nowhere", key: entry.entry.session.key)
        }
        for worker in simulation.workers
        where directory.hears[worker.id]?.count != simulation.coordinators.count {
            ledger.fail("not all coordinators are known to hear a worker", worker: worker.index)
        }
    }

    /// Each session that is over has a tombstone with the right cause.
    private func checkTombstones() {
        let (ledger, directory) = (simulation.ledger, simulation.directory)
        for (session, life) in ledger.lives where !ledger.isHeld(session) {
            let cause: EndCause?
            if simulation.settings.isShared {
                cause = directory.tombstones[session]?.cause
            } else {
                // A coordinator that is alone forgets with its process.
                if life.sawCrash { continue }
                cause = ledger.tombstones[session]?.cause
            }
            guard let cause else {
                return ledger.fail("a session has no tombstone: \(session) \(life)", key: session.key)
            }
            var right = life.wantedEnds
            if let own = life.cause { right.insert(own) }
            // An end that nobody heard of is the end of the worker's life.
            if life.isVanished || life.cause != nil { right.insert(.workerLost) }
            if !right.contains(cause) {
                return ledger.fail(
                    "a tombstone has the wrong cause: \(session) \(cause) \(life)",
                    key: session.key
                )
            }
        }
    }
}

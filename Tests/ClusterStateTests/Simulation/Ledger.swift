import ClusterState
import Domain

/// What really happened, and the rules that it must keep, checked with every step.
final class Ledger {
    struct Event {
        let time: Int
        let what: String
        let key: Int?
        let worker: Int?
        let coordinator: Int?
        let number: UInt64
    }

    /// What is known of a session's life.
    struct Life {
        let worker: Int
        /// Why it ended at its worker; nil while it lives, and when the worker's own life ended first.
        var cause: EndCause?
        /// Whether it vanished with its worker's life.
        var isVanished = false
        /// Why its end was wanted.
        var wantedEnds: Set<EndCause> = []
        /// Whether a coordinator crashed while it lived, or before its end was kept.
        var sawCrash = false
    }

    unowned let simulation: Simulation
    private(set) var violation: String?
    private(set) var lives: [SessionLife: Life] = [:]
    private(set) var counts: [String: Int] = [:]
    /// The sessions whose end is wanted although they have not begun.
    private var endsAhead: [SessionLife: Set<EndCause>] = [:]
    private var lastCrash = 0
    /// Where sessions are that serve, or that vanish as soon as their worker sees that its lease is over.
    private var holders: [SessionKey: [SessionLife: Int]] = [:]
    private var executions: Set<Int> = []
    /// The newest generation that ran something, and that answered.
    private var newestRun: [SessionKey: SessionGeneration] = [:]
    private var newestAnswer: [SessionKey: SessionLife] = [:]
    /// Whether a client was told of a loss since the last answer, or may have been.
    private var wasTold: Set<SessionKey> = []
    /// Whose clients are to be told of a loss by a request that is under way, and since when.
    private(set) var owed: [SessionKey: Int] = [:]
    private var events: [Event] = []
    private var liveCount = 0
    /// The tombstones that coordinators without a shared directory keep.
    private(set) var tombstones: [SessionLife: Tombstone] = [:]

    init(_ simulation: Simulation) { self.simulation = simulation }

    func note(
        _ what: String,
        key: SessionKey? = nil,
        worker: Int? = nil,
        coordinator: Int? = nil,
        number: some BinaryInteger = 0
    ) {
        counts[what, default: 0] += 1
        if events.count > 40_000 { events.removeFirst(20_000) }
        events.append(
            Event(
                time: simulation.now,
                what: what,
                key: key.flatMap { simulation.keyNumbers[$0] },
                worker: worker,
                coordinator: coordinator,
                number: UInt64(clamping: number)
            )
        )
    }

    func note(_ what: String, key: SessionKey? = nil, worker: Int? = nil, coordinator: Int? = nil) {
        note(what, key: key, worker: worker, coordinator: coordinator, number: 0)
    }

    /// A rule is broken: tells what led to it.
    func fail(_ rule: String, key: SessionKey? = nil, worker: Int? = nil) {
        guard violation == nil else { return }
        let key = key.flatMap { simulation.keyNumbers[$0] }
        let concerned = events.filter { event in
            // Of a worker's sessions only the one in question.
            event.key != nil ? event.key == key : event.worker == nil || event.worker == worker
        }
        let history = concerned.suffix(simulation.settings.historyCount).map(Self.line).joined(
            separator: "\n"
        )
        violation = "\(rule) (seed \(simulation.settings.seed), at \(simulation.now) us)\n\(history)"
    }

    private static func line(_ event: Event) -> String {
        let parts = [
            event.key.map { "s\($0)" }, event.worker.map { "w\($0)" }, event.coordinator.map { "c\($0)" },
            event.number == 0 ? nil : "\(event.number)",
        ]
        return "\(event.time) \(event.what) " + parts.compactMap(\.self).joined(separator: " ")
    }

    func floor(of key: SessionKey) -> SessionGeneration {
        newestAnswer[key]?.generation ?? SessionGeneration(0)
    }

    /// Whether a session is held by a worker.
    func isHeld(_ session: SessionLife) -> Bool { holders[session.key]?[session] != nil }
}

/// What workers do.
extension Ledger {
    func created(_ session: SessionLife, on worker: SimulatedWorker) {
        note("session begins", key: session.key, worker: worker.index, number: session.generation.number)
        if lives[session] != nil { fail("a session began twice", key: session.key, worker: worker.index) }
        // What a coordinator that is alone placed before it crashed may begin afterwards.
        let sawCrash = session.generation.number <= lastCrash / 1_000
        lives[session] = Life(
            worker: worker.index,
            wantedEnds: endsAhead.removeValue(forKey: session) ?? [],
            sawCrash: sawCrash
        )
        holders[session.key, default: [:]][session] = worker.index
        liveCount += 1
        checkSingle(session, on: worker)
        guard liveCount > simulation.settings.most else { return }
        let serving = holders.values.flatMap(\.values).count { simulation.workers[$0].isServing }
        if serving > simulation.settings.most {
            fail("more sessions than the pool may have", key: session.key)
        }
    }

    /// At most one session of an identifier accepts work.
    private func checkSingle(_ session: SessionLife, on worker: SimulatedWorker) {
        for (other, index) in holders[session.key] ?? [:] where other != session {
            guard simulation.workers[index].isServing else { continue }
            note("is there as well", key: session.key, worker: index, number: other.generation.number)
            fail("an identifier has two live sessions", key: session.key, worker: index)
        }
    }

    func runs(_ execution: Int, in session: SessionLife, on worker: SimulatedWorker) {
        note("runs", key: session.key, worker: worker.index, number: session.generation.number)
        if !executions.insert(execution).inserted { fail("an execution ran twice", key: session.key) }
        if session.generation < newestRun[session.key] ?? SessionGeneration(0) {
            fail("an older session ran something after a newer one", key: session.key, worker: worker.index)
        }
        newestRun[session.key] = session.generation
        checkSingle(session, on: worker)
    }

    /// A session ended at its worker.
    func ended(_ session: SessionLife, cause: EndCause) {
        note("session ends (\(cause))", key: session.key, number: session.generation.number)
        lives[session]?.cause = cause
        release(session)
    }

    /// A session's worker crashed or fenced itself.
    func vanished(_ session: SessionLife, from worker: SimulatedWorker) {
        note("session vanishes", key: session.key, worker: worker.index, number: session.generation.number)
        lives[session]?.isVanished = true
        release(session)
    }

    private func release(_ session: SessionLife) {
        if holders[session.key]?.removeValue(forKey: session) != nil { liveCount -= 1 }
        if holders[session.key]?.isEmpty == true { holders[session.key] = nil }
    }

    func stopWanted(_ session: SessionLife, cause: EndCause) {
        if lives[session] == nil {
            endsAhead[session, default: []].insert(cause)
        } else {
            lives[session]?.wantedEnds.insert(cause)
        }
    }
}

/// What coordinators and clients do.
extension Ledger {
    func buried(_ tombstone: Tombstone, by coordinator: SimulatedCoordinator) {
        guard !simulation.settings.isShared else { return }
        tombstones[tombstone.session] = tombstones[tombstone.session] ?? tombstone
    }

    /// The mark of a loss was taken: whoever did so has told a client, or owes it to one.
    func markTaken(_ key: SessionKey, isOwed: Bool) {
        note("mark is taken", key: key)
        wasTold.insert(key)
        if isOwed { owed[key] = simulation.now }
    }

    func told(_ key: SessionKey) {
        owed[key] = nil
        note("client is told of a loss", key: key)
        wasTold.insert(key)
    }

    /// A coordinator crashed under a request: its client may have been about to be told.
    func brokeOff(_ request: ClientRequest) {
        wasTold.insert(request.key)
        owed[request.key] = nil
        request.done(.refused(.deadlineExceeded))
    }

    func coordinatorCrashed() {
        lastCrash = simulation.now
        for session in lives.keys { lives[session]?.sawCrash = true }
        // What only its memory knew of losses is gone with it.
        if !simulation.settings.isShared { wasTold.formUnion(newestAnswer.keys) }
    }

    func answered(_ request: ClientRequest, by generation: SessionGeneration) {
        let session = SessionLife(key: request.key, generation: generation)
        note("answered", key: request.key, number: generation.number)
        if generation < request.floor {
            fail("an older session answered than had answered before the request", key: request.key)
        }
        guard let former = newestAnswer[request.key] else {
            if isHeld(session) { wasTold.remove(request.key) }
            newestAnswer[request.key] = session
            return
        }
        guard former.generation < generation else { return }
        // Who wants a session ended has lost nothing.
        let wasLost = lives[former].map { $0.isVanished && $0.cause == nil && $0.wantedEnds.isEmpty } ?? false
        if wasLost, !wasTold.contains(request.key) {
            fail(
                "a new session answered, and nobody was told of the loss of the former one",
                key: request.key
            )
        }
        // An answer may be slower than the word that its session was lost.
        if isHeld(session) { wasTold.remove(request.key) }
        newestAnswer[request.key] = session
    }
}

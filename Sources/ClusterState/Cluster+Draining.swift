package import Domain

/// Draining: a wish that holds for a worker's name, whatever becomes of its lives.
extension Cluster {
    /// How many sessions of a drained worker are being ended at the same time.
    private static let endsAtOnce = 16

    /// Somebody wants a worker to get no new sessions any more, until ``undrain(_:)``.
    ///
    /// - Parameter drain: the wish; it takes the place of a former one for the same worker.
    /// - Returns: what to carry out; nothing when there is no such worker now.
    package mutating func drain(_ drain: NodeDrain) -> [Directive] {
        drains[drain.worker] = drain
        guard let member = membership.member(drain.worker) else { return [] }
        membership.update(drain.worker) { $0.drain() }
        return drained(member.life)
    }

    /// Somebody wants a worker to get new sessions again.
    ///
    /// - Parameter worker: the worker.
    package mutating func undrain(_ worker: WorkerID) {
        drains[worker] = nil
        membership.update(worker) { $0.undrain() }
    }

    /// Takes over all wishes that there are, in place of the known ones: at the start, or when another coordinator
    /// changed them.
    ///
    /// - Parameter wishes: the wishes.
    /// - Returns: what to carry out.
    package mutating func setDrains(_ wishes: [NodeDrain]) -> [Directive] {
        let wanted = Set(wishes.map(\.worker))
        for worker in drains.keys where !wanted.contains(worker) { undrain(worker) }
        return wishes.filter { drains[$0.worker] != $0 }.flatMap { drain($0) }
    }

    /// The wish for a worker.
    ///
    /// - Parameter worker: the worker.
    /// - Returns: the wish; nil when it may get new sessions.
    package func drain(of worker: WorkerID) -> NodeDrain? { drains[worker] }

    /// The workers that were lost and have not come back, and those to be drained that were never seen here, in
    /// the order of their names.
    package var absentWorkers: [(name: WorkerID, last: AbsentWorker?)] {
        let lost = absent.inOrder.map { (name: $0.life.worker, last: AbsentWorker?.some($0)) }
        let unseen = Set(drains.keys).union(shared?.workers.keys.map { $0 } ?? [])
            .filter { !absent.holds($0) && !isPresent($0) }
        return (lost + unseen.map { (name: $0, last: nil) }).sorted { $0.name < $1.name }
    }

    /// Whether a worker is known: present, lost a while ago, or to be drained.
    ///
    /// - Parameter worker: the worker.
    /// - Returns: whether it is.
    package func knows(_ worker: WorkerID) -> Bool {
        isPresent(worker) || absent.holds(worker) || drains[worker] != nil
            || recordRevision(of: worker) != nil
    }

    /// Why a worker cannot be forgotten now.
    ///
    /// - Parameter worker: the worker.
    /// - Returns: `resourceNotFound` or `nodeInUse`; nil when it can.
    package func objection(toForgetting worker: WorkerID) -> Failure? {
        guard knows(worker) else { return Refusals.unknownWorker(worker) }
        // Where several coordinators hear a worker, each would have to be told to hear it no more.
        let isDrained = shared == nil && drains[worker] != nil && directory.count(on: worker) == 0
        // Without its record nobody would know that the sessions are lost that have no mark yet.
        let isUnmarked = shared != nil && directory.count(on: worker) > 0
        guard isPresent(worker) || isUnmarked, !isDrained else { return nil }
        return Refusals.workerInUse(
            worker,
            sessions: directory.count(on: worker),
            isDraining: drains[worker] != nil && shared == nil
        )
    }

    /// Somebody does not want to hear of a worker any more; see ``objection(toForgetting:)``.
    ///
    /// A process that runs still is not called again, whatever it says: only a restarted one is.
    ///
    /// - Parameters:
    ///   - worker: the worker.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func forget(_ worker: WorkerID, at time: ClusterTime) -> [Directive] {
        drains[worker] = nil
        var directives: [Directive] = []
        for candidate in membership.joining where candidate.life.worker == worker {
            directives += giveUp(candidate.life)
            membership.ban(candidate.life, at: time.uptime)
        }
        if let member = membership.member(worker) {
            directives += end(member.life, at: time)
            membership.ban(member.life, at: time.uptime)
        }
        absent.remove(worker)
        return directives
    }

    /// The ends of sessions that are due because their workers were to be drained by now.
    mutating func drainEndsDue(at time: ClusterTime) -> [Directive] {
        var directives: [Directive] = []
        for drain in drains.values.sorted(by: { $0.worker < $1.worker }) {
            guard let deadline = drain.deadlineMilliseconds, time.epochMilliseconds >= deadline else {
                continue
            }
            let sessions = directory.placements(on: drain.worker)
            let ending = sessions.count { $0.state == .stopping }
            let left = sessions.lazy.filter { $0.state != .stopping && $0.state != .ended }.prefix(
                max(0, Self.endsAtOnce - ending)
            )
            for placement in left {
                directives += beginStop(of: placement.session.key, cause: .drained, at: time.uptime)
            }
        }
        return directives
    }

    /// Why a session is being ended.
    ///
    /// - Parameter session: the session.
    /// - Returns: the cause: `stopped` unless something else is known.
    package func stopCause(of session: SessionLife) -> EndCause {
        guard let entry = directory.entry(session.key), entry.placement.session == session else {
            return .stopped
        }
        return entry.stopCause ?? .stopped
    }

    /// Says that a draining worker has become empty, if it has.
    mutating func drained(_ life: WorkerLife) -> [Directive] {
        guard directory.count(on: life.worker) == 0 else { return [] }
        return membership.update(life.worker) { $0.tellDrained() } == true ? [.workerDrained(life)] : []
    }

    private func isPresent(_ worker: WorkerID) -> Bool {
        membership.member(worker) != nil || membership.joining.contains { $0.life.worker == worker }
    }
}

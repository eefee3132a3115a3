package import Domain
internal import HashRing

extension Cluster {
    /// Finds an identifier's session, or lets one begin: create-if-absent.
    ///
    /// - Parameters:
    ///   - key: the session's name.
    ///   - most: the pool's `maxConcurrentSessions`.
    ///   - time: the present time.
    /// - Returns: where the session is, and whether it begins with this call.
    /// - Throws: `sessionLost` one time after a loss; `sessionsCountExceedsLimit`, `noWorkerAvailable`
    ///   or `notReady` when none can begin now.
    package mutating func place(
        _ key: SessionKey,
        most: Int,
        at time: ClusterTime
    ) throws(Failure) -> PlacementAnswer {
        if let entry = directory.entry(key) {
            guard entry.placement.state != .stopping else { throw Refusals.stopping }
            return share(entry, at: time)
        }
        guard losses.take(key) == nil else { throw Refusals.lost }
        guard isSettled(at: time) else { throw Refusals.settling }
        let count = directory.count(in: key.pool)
        guard count < most else { throw Refusals.noRoom(for: key, sessions: count, most: most) }
        let worker = try chooseWorker(for: key, except: [])
        let placement = newPlacement(of: key, on: worker, at: time)
        directory.insert(placement, at: time.uptime)
        return .created(placement)
    }

    /// A worker said that it has the session.
    ///
    /// - Parameter placement: where the session was placed.
    package mutating func sessionBegan(_ placement: Placement) {
        guard holds(placement.session, on: placement.worker) else { return }
        directory.update(placement.session.key) { entry in
            if entry.placement.mayCreate { entry.placement.state = .live }
        }
    }

    /// The worker refused the session.
    ///
    /// That has to be the worker's last word on this generation: another request for it may be on
    /// its way, and must be refused as well.
    ///
    /// - Parameters:
    ///   - placement: where the session was placed.
    ///   - isFull: whether the worker has no room for others, either, until it tells more of itself.
    ///   - time: the present time.
    /// - Returns: the session's next place: the next worker of the ring, or where another request
    ///   has put it meanwhile.
    /// - Throws: the reason why there is none; the identifier has no session then.
    package mutating func placementRefused(
        _ placement: Placement,
        isFull: Bool = true,
        at time: ClusterTime
    ) throws(Failure) -> PlacementAnswer {
        let key = placement.session.key
        if isFull, membership.isMember(placement.worker) {
            membership.update(placement.worker.worker) { $0.refuseUntilNextAnswer() }
        }
        guard let entry = directory.entry(key) else { throw Refusals.noWorker(times: configuration.times) }
        guard entry.placement.state != .stopping else { throw Refusals.stopping }
        guard entry.placement.session == placement.session else { return share(entry, at: time) }
        guard entry.placement.state == .placing else { throw Refusals.contradiction }
        return try moveOn(entry, at: time)
    }

    /// The request that was to begin the session certainly never left.
    ///
    /// - Parameters:
    ///   - placement: where the session was placed.
    ///   - time: the present time.
    /// - Returns: the session's next place, or where another request has put it meanwhile.
    /// - Throws: the reason why there is none. When another request may have reached the worker, the
    ///   session stays placed there, and asking again finds out.
    package mutating func placementUnsent(
        _ placement: Placement,
        at time: ClusterTime
    ) throws(Failure) -> PlacementAnswer {
        guard let entry = directory.entry(placement.session.key) else {
            throw Refusals.noWorker(times: configuration.times)
        }
        guard entry.placement.state != .stopping else { throw Refusals.stopping }
        guard entry.placement.session == placement.session else { return share(entry, at: time) }
        guard entry.placement.state == .placing, !entry.isShared else { throw Refusals.uncertain }
        return try moveOn(entry, at: time)
    }

    /// Somebody wants to know of something that a session did.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: where the session is; nil when there is none.
    /// - Throws: `sessionLost` when that is why there is none and nobody was told.
    package mutating func placementAskedFor(_ key: SessionKey) throws(Failure) -> Placement? {
        if let placement = placement(of: key) { return placement }
        guard losses.take(key) == nil else { throw Refusals.lost }
        return nil
    }

    /// Somebody wants a session ended.
    ///
    /// The entry stays until the worker says that the session is gone: before that no other one can
    /// begin under the same identifier.
    ///
    /// - Parameters:
    ///   - key: the session's name.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    /// - Throws: `noSessionFound`; `sessionLost` when that is why there is none.
    package mutating func stopSession(
        _ key: SessionKey,
        at time: ClusterTime
    ) throws(Failure) -> [Directive] {
        guard directory.entry(key) != nil else {
            if losses.take(key) != nil { throw Refusals.lost }
            throw Failure(.noSessionFound, "The identifier \(key.identifier) has no session.")
        }
        return beginStop(of: key, at: time.uptime)
    }

    /// A session ended at its worker, or its worker says that it does not have it.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - life: the worker that said so.
    ///   - cause: why it ended.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func sessionEnded(
        _ session: SessionLife,
        on life: WorkerLife,
        cause: EndCause,
        at time: ClusterTime
    ) -> [Directive] {
        directory.note(session.generation)
        directory.removeStrays { $0.session == session && $0.worker == life }
        guard shared == nil else { return sharedSessionEnded(session, on: life, cause: cause, at: time) }
        if holds(session, on: life) { directory.remove(session.key) }
        return bury(session, on: life, cause: cause, at: time)
    }

    /// The one request that was to begin a lost session certainly did not arrive: if no other was sent to it, nobody
    /// has lost anything, and nobody is to be told.
    ///
    /// - Parameter session: the session that was lost.
    package mutating func lossWasUnused(of session: SessionLife) { losses.removeUnshared(session) }

    /// A client was told of a session's loss by the failure of its own request: that was the one
    /// clear error, the next request begins anew.
    ///
    /// - Parameters:
    ///   - session: the session that was lost.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func lossWasTold(of session: SessionLife, at time: ClusterTime) -> [Directive] {
        losses.remove(session)
        return sharedLossWasTold(of: session, at: time)
    }
}

extension Cluster {
    /// Lets another request use a session that is there.
    mutating func share(_ entry: Directory.Entry, at time: ClusterTime) -> PlacementAnswer {
        directory.update(entry.placement.session.key) { entry in
            entry.since = time.uptime
            entry.isShared = true
        }
        return .existing(entry.placement)
    }

    /// Places a session on another worker than before, or gives it up.
    mutating func moveOn(_ entry: Directory.Entry, at time: ClusterTime) throws(Failure) -> PlacementAnswer {
        let key = entry.placement.session.key
        do throws(Failure) {
            let refusing = entry.refusedBy.union([entry.placement.worker.worker])
            let worker = try chooseWorker(for: key, except: refusing)
            let next = newPlacement(of: key, on: worker, at: time)
            directory.move(to: next, at: time.uptime)
            return .created(next)
        } catch {
            directory.remove(key)
            throw error
        }
    }

    /// Whether the directory has a session of this very generation on this very life.
    func holds(_ session: SessionLife, on life: WorkerLife) -> Bool {
        guard let placement = directory.entry(session.key)?.placement else { return false }
        return placement.session == session && placement.worker == life
    }

    /// Takes a session into the directory that a joining worker has.
    mutating func adopt(_ session: SessionLife, on life: WorkerLife, at now: Duration) -> [Directive] {
        let found = Placement(session: session, worker: life, state: .live)
        directory.note(session.generation)
        guard let present = directory.entry(session.key)?.placement else {
            losses.take(session.key)
            directory.insert(found, at: now)
            return []
        }
        guard present.worker != life else { return [] }
        let stray = present.session.generation < session.generation ? present : found
        if stray == present {
            directory.remove(session.key)
            directory.insert(found, at: now)
        }
        directory.addStray(stray, at: now)
        return [.stopSession(stray)]
    }

    /// Tells a session's worker to end it.
    mutating func beginStop(
        of key: SessionKey,
        cause: EndCause = .stopped,
        at now: Duration
    ) -> [Directive] {
        directory.update(key) { entry in
            entry.placement.state = .stopping
            // Told again it is the same end.
            entry.stopCause = entry.stopCause ?? cause
            entry.stopToldAt = now
        }
        return directory.entry(key).map { [.stopSession($0.placement)] } ?? []
    }

    /// The stops to be told again, and those of placements of which no worker ever spoke.
    mutating func stopsDue(at now: Duration) -> [Directive] {
        let due = directory.entries { entry in
            switch entry.placement.state {
            case .live, .ended, .known: false
            case .placing: now - entry.since >= configuration.placingTime
            case .stopping: now - (entry.stopToldAt ?? now) >= configuration.stopInterval
            }
        }
        var directives = due.flatMap { beginStop(of: $0.placement.session.key, at: now) }
        directives += confirmationsDue(at: now)
        directives += directory.straysDue(at: now, interval: configuration.stopInterval).map {
            .stopSession($0)
        }
        return directives
    }

    /// Leaves a tombstone, unless there is one already.
    mutating func bury(
        _ session: SessionLife,
        on life: WorkerLife,
        cause: EndCause,
        at time: ClusterTime
    ) -> [Directive] {
        let tombstone = Tombstone(session: session, worker: life, cause: cause, time: time)
        return tombstones.keep(tombstone) ? [.keepTombstone(tombstone)] : []
    }

    private mutating func newPlacement(
        of key: SessionKey,
        on worker: WorkerLife,
        at time: ClusterTime
    ) -> Placement {
        let generation = directory.drawGeneration(at: time)
        let session = SessionLife(key: key, generation: generation)
        return Placement(session: session, worker: worker, state: .placing)
    }

    /// The worker for a new session: by the ring, within the bounded load, of those with room.
    func chooseWorker(
        for key: SessionKey,
        except refusing: Set<WorkerID>
    ) throws(Failure) -> WorkerLife {
        var sessions = 0
        var isServed = false
        let chosen = configuration.boundedLoad.choose(for: key.ringPosition, on: membership.ring) { worker in
            guard let member = membership.member(worker), membership.isHealthy(worker) else {
                return NodeLoad(sessions: 0, capacity: 0, isEligible: false)
            }
            isServed = true
            sessions += directory.count(on: worker)
            return NodeLoad(
                sessions: directory.count(on: worker),
                capacity: member.capacity.sessions,
                isEligible: member.isAccepting && !refusing.contains(worker)
            )
        }
        if let chosen, let member = membership.member(chosen) { return member.life }
        guard isServed else { throw Refusals.noWorker(times: configuration.times) }
        // Whatever the workers' capacity: what they have now is the most that they take.
        throw Refusals.noRoom(for: key, sessions: sessions, most: sessions)
    }
}

package import Domain

/// What happens in the directory that coordinators share.
extension Cluster {
    /// Something changed in the shared directory.
    ///
    /// - Parameters:
    ///   - change: what changed.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func directoryChanged(
        _ change: DirectoryChange,
        at time: ClusterTime
    ) -> [Directive] {
        guard shared != nil else { return [] }
        shared?.take(change.kind, revision: change.revision)
        switch change.kind {
        case .everything(let snapshot): return takeOver(snapshot, revision: change.revision, at: time)
        case .session(let key, let entry):
            return take(entry, of: key, revision: change.revision, at: time)
        case .worker(let worker, _): return endSuperseded(on: worker, at: time) + declarations(at: time)
        case .hears, .coordinator, .inTouch: return declarations(at: time)
        case .progress: return []
        }
    }

    /// The directory has taken an entry, or told of one, in answer to a question.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - isNew: whether this coordinator has just placed it.
    ///   - time: the present time.
    package mutating func entryWritten(_ entry: DirectoryEntry, isNew: Bool, at time: ClusterTime) {
        // An answer may come after the word that what it tells of is over.
        let isTold = entry.session.generation.number <= shared?.revision ?? 0
        let isOver = isTold && directory.entry(entry.session.key)?.placement.session != entry.session
        if isOver, shared?.lost[entry.session.key] != entry.session { return }
        guard case .placed(let life) = entry.place else {
            shared?.setLost(entry.session, of: entry.session.key)
            return
        }
        put(Placement(session: entry.session, worker: life, state: isNew ? .placing : .known), at: time)
    }

    /// The directory has no entry for an identifier, or none of that generation any more.
    ///
    /// - Parameter session: the session that is not there.
    package mutating func entryGone(_ session: SessionLife) {
        if directory.entry(session.key)?.placement.session == session { directory.remove(session.key) }
        if shared?.lost[session.key] == session { shared?.setLost(nil, of: session.key) }
    }

    /// The store or the directory has taken the ends of sessions: their workers may forget them.
    ///
    /// - Parameter sessions: the sessions.
    package mutating func endsWritten(_ sessions: [SessionLife]) {
        for session in sessions {
            unwritten.remove(session)
            // Told to a shared directory again, a late report would take the mark of a loss that no client knows of yet.
            if shared == nil { tombstones.written(session) }
            if let placement = directory.entry(session.key)?.placement, placement.session == session {
                directory.remove(session.key)
            }
            for member in membership.inOrder {
                membership.update(member.life.worker) { $0.written(session) }
            }
        }
    }

    /// A session ended at its worker: the entry stays until the directory has taken that.
    mutating func sharedSessionEnded(
        _ session: SessionLife,
        on life: WorkerLife,
        cause: EndCause,
        at time: ClusterTime
    ) -> [Directive] {
        if holds(session, on: life) { directory.update(session.key) { $0.placement.state = .ended } }
        let directives = bury(session, on: life, cause: cause, at: time)
        if !directives.isEmpty {
            unwritten.insert(session)
        } else if !unwritten.contains(session) {
            // It was written before the worker told of it, too.
            endsWritten([session])
        }
        return directives
    }

    /// A client has learnt of a loss from its own request.
    mutating func sharedLossWasTold(of session: SessionLife, at time: ClusterTime) -> [Directive] {
        guard shared != nil else { return [] }
        if let mark = shared?.mark(of: session) {
            shared?.setLost(nil, of: session.key)
            return [.takeLoss(mark)]
        }
        // The mark is still to come; where it has come and gone there is nothing more to take.
        if directory.entry(session.key)?.placement.session == session {
            shared?.tell(session, at: time.uptime)
        }
        return []
    }

    /// The sessions of which only the directory has told for a long time: their workers may never have got them.
    mutating func confirmationsDue(at now: Duration) -> [Directive] {
        guard shared != nil else { return [] }
        let due = directory.entries { entry in
            entry.placement.state == .known && now - entry.since >= configuration.placingTime
                && membership.isMember(entry.placement.worker)
        }
        for entry in due { directory.update(entry.placement.session.key) { $0.since = now } }
        return due.map { .confirm($0.placement) }
    }

    /// Whether the directory has not taken yet that a session has ended.
    ///
    /// - Parameter session: the session.
    /// - Returns: whether it has not.
    package func isEndUnwritten(_ session: SessionLife) -> Bool { unwritten.contains(session) }

    /// How long this coordinator is in touch with the directory from now on.
    ///
    /// - Parameter touch: the touch; nil before the first one.
    package mutating func touched(_ touch: DirectoryTouch?) { shared?.touch = touch }

    /// The revision that a worker's record has; it is named when the worker is said to be heard.
    package func recordRevision(of worker: WorkerID) -> UInt64? { shared?.record(of: worker)?.revision }

    /// Whether this coordinator is in touch with the directory that it shares; it always is when it shares none.
    ///
    /// - Parameter time: the present time.
    /// - Returns: whether it is.
    package func isInTouch(at time: ClusterTime) -> Bool { shared?.isInTouch(at: time.uptime) ?? true }

    /// The coordinators that share the directory, in the order of their names, and whether they are in touch.
    package var coordinators: [(record: CoordinatorRecord, isInTouch: Bool)] {
        guard let shared else { return [] }
        return shared.coordinators.values.sorted { $0.name < $1.name }
            .map { (record: $0, isInTouch: shared.inTouch.contains($0.name)) }
    }
}

extension Cluster {
    private mutating func takeOver(
        _ snapshot: DirectorySnapshot,
        revision: UInt64,
        at time: ClusterTime
    ) -> [Directive] {
        let present = Set(snapshot.sessions.map(\.session))
        for placement in directory.placements
        where placement.session.generation.number <= revision && !present.contains(placement.session) {
            directory.remove(placement.session.key)
        }
        var directives: [Directive] = []
        for entry in snapshot.sessions {
            directives += take(entry, of: entry.session.key, revision: revision, at: time)
        }
        for worker in snapshot.workers.map(\.life.worker) {
            directives += endSuperseded(on: worker, at: time)
        }
        return directives
    }

    private mutating func take(
        _ entry: DirectoryEntry?,
        of key: SessionKey,
        revision: UInt64,
        at time: ClusterTime
    ) -> [Directive] {
        // An answer to a question may have told of a later entry already.
        let present = directory.entry(key)?.placement
        if let present, present.session.generation.number > revision { return [] }
        switch entry?.place {
        case nil:
            directory.remove(key)
            shared?.setLost(nil, of: key)
            return []
        case .lost:
            guard let session = entry?.session else { return [] }
            directory.remove(key)
            guard shared?.takeTold(present?.session) != true else { return [.takeLoss(session)] }
            shared?.setLost(session, of: key, for: present?.session)
            return []
        case .placed(let life):
            guard let session = entry?.session else { return [] }
            shared?.setLost(nil, of: key)
            put(Placement(session: session, worker: life, state: .known), at: time)
            return shared?.counts(life) == false ? endSuperseded(on: life.worker, at: time) : []
        }
    }

    /// Puts a placement in the place of an older one; what is known better of the same stays.
    private mutating func put(_ placement: Placement, at time: ClusterTime) {
        let key = placement.session.key
        if let present = directory.entry(key)?.placement {
            guard present.session.generation < placement.session.generation else { return }
            directory.remove(key)
        }
        shared?.setLost(nil, of: key)
        directory.insert(placement, at: time.uptime)
    }

    /// Ends what a worker's record says is over: the links to other lives of it, and their sessions.
    private mutating func endSuperseded(on worker: WorkerID, at time: ClusterTime) -> [Directive] {
        guard let record = shared?.record(of: worker) else { return [] }
        var directives: [Directive] = []
        let counting = record.isLost ? nil : record.life
        if let member = membership.member(worker), member.life != counting {
            membership.remove(member.life, at: time.uptime)
            shared?.unheard(member.life)
        }
        // What was placed after the record was written lives on a later life, of which nothing was told yet.
        let lost = directory.placements(on: worker).filter {
            $0.worker != counting && $0.state != .ended && $0.session.generation.number < record.revision
        }
        var lives = Set(lost.map(\.worker))
        if record.isLost { lives.insert(record.life) }
        for life in lives.sorted(by: { $0.description < $1.description }) {
            directory.removeStrays { $0.worker == life }
            let sessions = lost.filter { $0.worker == life }
            directives += [.workerLost(life, sessions: sessions), .closeLink(life)]
        }
        guard !lost.isEmpty else { return directives }
        lossesToldAt[worker] = time.uptime
        let ends = lost.map {
            Tombstone(session: $0.session, worker: $0.worker, cause: .workerLost, time: time)
        }
        for end in ends { _ = tombstones.keep(end) }
        return directives + [.markLost(ends)]
    }

    /// What has to be tried again until the directory tells that it is so.
    mutating func sharedDue(at time: ClusterTime) -> [Directive] {
        guard shared != nil else { return [] }
        var directives = declarations(at: time)
        let membership = membership
        let unheard = shared?.hearingsToTakeBack(at: time.uptime) {
            membership.isMember($0) || membership.isCandidate($0)
        }
        directives += (unheard ?? []).map { .unhear($0.life, upTo: $0.revision) }
        for (worker, told) in lossesToldAt.sorted(by: { $0.key < $1.key })
        where time.uptime - told >= configuration.stopInterval {
            lossesToldAt[worker] = nil
            directives += endSuperseded(on: worker, at: time)
        }
        for member in membership.inOrder
        where shared?.mustHear(member.life) == true && shared?.isInTouch(at: time.uptime) == true {
            guard time.uptime - (hearingToldAt[member.life] ?? .seconds(-1)) >= .seconds(1) else { continue }
            hearingToldAt[member.life] = time.uptime
            let revision = shared?.record(of: member.life.worker)?.revision
            directives.append(
                .hear(member.life, address: member.address, replacing: revision, sessions: nil)
            )
        }
        hearingToldAt = hearingToldAt.filter { membership.isMember($0.key) }
        return directives
    }

    private mutating func declarations(at time: ClusterTime) -> [Directive] {
        let membership = membership
        let due = shared?.recordsToDeclare(at: time.uptime, lease: configuration.times.lease) {
            membership.isMember($0)
        }
        return (due ?? []).map { .declareLost($0) }
    }
}

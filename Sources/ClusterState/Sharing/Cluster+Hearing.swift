package import Domain

/// Workers that several coordinators hear.
extension Cluster {
    /// The directory has taken that this coordinator hears a life: it may serve here from now on.
    ///
    /// - Parameters:
    ///   - life: the life.
    ///   - record: its record.
    ///   - hearing: under which touch and since when the directory has it.
    ///   - sessions: the sessions that the worker has told; nil when it was a member all along.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func workerHeard(
        _ life: WorkerLife,
        record: WorkerRecord,
        hearing: DirectoryHearing,
        sessions: [SessionLife]?,
        at time: ClusterTime
    ) -> [Directive] {
        // Two hellos may have been answered, and both told to the directory: the first has made it a member.
        guard let sessions, !membership.isMember(life) else {
            // It may have fallen silent while the directory was told.
            guard membership.isMember(life) else { return takeBack(hearing, of: life) }
            if shared?.isTakenBack(life.worker, since: hearing.revision) != true {
                shared?.heard(record, hearing)
            }
            return []
        }
        guard let address = membership.candidateAddress(life) else { return takeBack(hearing, of: life) }
        if shared?.isTakenBack(life.worker, since: hearing.revision) == true {
            // It was given up and called again while the directory was told: it has to be said anew.
            return [.hear(life, address: address, replacing: record.revision, sessions: sessions)]
        }
        shared?.heard(record, hearing)
        var directives: [Directive] = []
        if let former = membership.member(life.worker)?.life {
            membership.remove(former, at: time.uptime)
            shared?.unheard(former)
            directives.append(.closeLink(former))
        }
        membership.admit(life, at: time.uptime)
        if drains[life.worker] != nil { membership.update(life.worker) { $0.drain() } }
        for session in sessions { directives += recognise(session, on: life, at: time.uptime) }
        directives.append(.workerServes(life))
        if let member = membership.member(life.worker) { directives += attend(to: member, at: time) }
        return directives
    }

    /// The directory says that a life is over: it was declared lost, or another one has come.
    ///
    /// - Parameters:
    ///   - life: the life.
    ///   - address: where it is reached.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func workerSuperseded(
        _ life: WorkerLife,
        address: String,
        at time: ClusterTime
    ) -> [Directive] {
        leave(life, isOver: true, at: time) + [.refuse(life, address: address, Membership.lostBefore)]
    }

    /// Whether a life of a worker is a member that answers.
    package func isReachable(_ life: WorkerLife) -> Bool {
        membership.isMember(life) && membership.isReachable(life.worker)
    }

    /// Compares a session that a worker has with what the directory says of it.
    private mutating func recognise(
        _ session: SessionLife,
        on life: WorkerLife,
        at now: Duration
    ) -> [Directive] {
        if holds(session, on: life) {
            directory.update(session.key) { entry in
                if entry.placement.mayCreate { entry.placement.state = .live }
            }
            return []
        }
        // One that is younger than all that was told of may well be placed there.
        guard let revision = shared?.revision, session.generation.number <= revision else { return [] }
        let stray = Placement(session: session, worker: life, state: .live)
        directory.addStray(stray, at: now)
        return [.stopSession(stray)]
    }

    /// Lets a life go that is silent here; it is lost only when no coordinator hears it.
    ///
    /// - Parameters:
    ///   - life: the life.
    ///   - isOver: whether the worker itself says that it is over.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    mutating func leave(_ life: WorkerLife, isOver: Bool, at time: ClusterTime) -> [Directive] {
        guard membership.isMember(life) else { return giveUp(life) }
        let unhearing = shared?.unheard(life).map { takeBack($0, of: life) } ?? []
        guard isOver else {
            membership.leave(life)
            return [.workerSuspected(life)] + unhearing
        }
        membership.remove(life, at: time.uptime)
        return unhearing + [.closeLink(life)]
    }

    private mutating func takeBack(_ hearing: DirectoryHearing, of life: WorkerLife) -> [Directive] {
        shared?.takeBack(life.worker, upTo: hearing.revision)
        return [.unhear(life, upTo: hearing.revision)]
    }
}

package import Domain

extension Cluster {
    /// A worker announced itself.
    ///
    /// - Parameters:
    ///   - announcement: what it said.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func workerAnnounced(
        _ announcement: WorkerAnnouncement,
        at time: ClusterTime
    ) -> [Directive] {
        let life = announcement.life
        if let objection = membership.objection(to: announcement) {
            return [.refuse(life, address: announcement.address, objection)]
        }
        if let record = shared?.record(of: life.worker), record.life == life, record.isLost {
            return [.refuse(life, address: announcement.address, Membership.lostBefore)]
        }
        var directives: [Directive] = []
        if let member = membership.member(life.worker), member.life.incarnation == life.incarnation {
            guard life.epoch >= member.life.epoch else { return [] }
            // The same process in a later epoch says itself that the earlier one is over.
            if life.epoch > member.life.epoch { directives += end(member.life, at: time) }
        }
        let calling = membership.call(announcement, at: time.uptime)
        // What the record says before the worker is asked: if it says something else afterwards, another life of it
        // has been heard meanwhile.
        if !calling.isEmpty { shared?.ask(life) }
        return directives + calling
    }

    /// A called worker told all its sessions: it is a member, and serves as soon as a ping has given it a lease.
    ///
    /// A former life of it is lost at once. Each session is taken into the directory; where an
    /// identifier has one elsewhere already, the later generation stays and the other is stopped.
    ///
    /// - Parameters:
    ///   - life: who answered.
    ///   - sessions: the sessions that it has.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func helloAnswered(
        by life: WorkerLife,
        sessions: [SessionLife],
        at time: ClusterTime
    ) -> [Directive] {
        if shared != nil {
            guard let address = membership.candidateAddress(life) else { return [] }
            let revision = shared?.revisionAsked(of: life)
            return [.hear(life, address: address, replacing: revision, sessions: sessions)]
        }
        guard membership.isCandidate(life) else { return [] }
        var directives: [Directive] = []
        if let former = membership.member(life.worker) { directives += lose(former.life, at: time) }
        membership.admit(life, at: time.uptime)
        absent.remove(life.worker)
        if drains[life.worker] != nil { membership.update(life.worker) { $0.drain() } }
        for session in sessions { directives += adopt(session, on: life, at: time.uptime) }
        if let member = membership.member(life.worker) { directives += attend(to: member, at: time) }
        return directives
    }

    /// A worker answered a ping.
    ///
    /// - Parameters:
    ///   - life: who was asked.
    ///   - answer: what it said.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func pingAnswered(
        by life: WorkerLife,
        _ answer: PingAnswer,
        at time: ClusterTime
    ) -> [Directive] {
        guard let member = membership.member(life.worker), member.life == life else { return [] }
        // However late the last tick was: what is too old for the lease comes too late.
        if time.uptime - member.heardAt >= configuration.times.lease || answer.epoch != life.epoch {
            return part(from: life, at: time)
        }
        let isShared = shared != nil
        let news =
            membership.update(life.worker) { $0.take(answer, at: time.uptime, isWrittenLater: isShared) }
            ?? []
        shared?.workerSaid(isInTouch: answer.isInTouch, at: time.uptime)
        var directives: [Directive] = member.isSuspected ? [.workerRecovered(life)] : []
        for end in news { directives += sessionEnded(end.session, on: life, cause: end.cause, at: time) }
        if !member.hasLease, let present = membership.member(life.worker) {
            // The ping that gives the first lease does not wait for the next tick.
            directives += present.hasLease ? [.workerServes(life)] : attend(to: present, at: time)
        }
        return directives
    }

    /// A ping had no answer in time.
    ///
    /// - Parameter life: who was asked.
    package mutating func pingMissed(by life: WorkerLife) {
        guard membership.isMember(life) else { return }
        membership.update(life.worker) { $0.miss() }
    }

    /// The link to a worker broke: it gets no new sessions until it answers a ping again.
    ///
    /// - Parameter life: whose link it was.
    /// - Returns: what to carry out.
    package mutating func linkFailed(to life: WorkerLife) -> [Directive] {
        if membership.isMember(life) { membership.update(life.worker) { $0.breakLink() } }
        return giveUp(life)
    }

    /// The worker's address answers that this life is over (`staleAddressee` to a ping or a hello):
    /// its sessions are lost at once.
    ///
    /// - Parameters:
    ///   - life: whose end it is.
    ///   - time: the present time.
    /// - Returns: what to carry out.
    package mutating func lifeEnded(_ life: WorkerLife, at time: ClusterTime) -> [Directive] {
        membership.isMember(life) ? end(life, at: time) : giveUp(life)
    }
}

extension Cluster {
    /// Looks after one member when time has gone by.
    mutating func attend(to member: Member, at time: ClusterTime) -> [Directive] {
        let times = configuration.times
        let silence = time.uptime - member.heardAt
        guard silence < times.lease else { return part(from: member.life, at: time) }
        var directives: [Directive] = []
        if silence >= times.suspicion, !member.isSuspected {
            membership.update(member.life.worker) { $0.suspect() }
            directives.append(.workerSuspected(member.life))
        }
        let mayBegin = shared?.mayBeginLease(of: member.life, at: time.uptime) ?? true
        let ping = membership.update(member.life.worker) {
            $0.pingIfDue(at: time.uptime, times: times, mayBegin: mayBegin)
        }
        if var ping = ping ?? nil {
            // As the lease it counts from the last answer.
            let base = ping.since == nil ? time.uptime : member.heardAt
            ping.standing = shared?.standing(toward: member.life, at: base)
            directives.append(.ping(member.life, ping))
        }
        return directives + drained(member.life)
    }

    /// A life has been silent for the length of its lease.
    mutating func part(from life: WorkerLife, at time: ClusterTime) -> [Directive] {
        shared == nil ? lose(life, at: time) : leave(life, isOver: false, at: time)
    }

    /// A worker says itself that a life of it is over.
    mutating func end(_ life: WorkerLife, at time: ClusterTime) -> [Directive] {
        shared == nil ? lose(life, at: time) : leave(life, isOver: true, at: time)
    }

    /// Declares a life of a worker lost, and its sessions with it.
    mutating func lose(_ life: WorkerLife, at time: ClusterTime) -> [Directive] {
        let lost = directory.placements(on: life.worker)
        if let member = membership.member(life.worker) { absent.add(member, at: time.uptime) }
        membership.remove(life, at: time.uptime)
        directory.removeStrays { $0.worker == life }
        var directives: [Directive] = [.workerLost(life, sessions: lost), .closeLink(life)]
        for placement in lost {
            let isShared = directory.entry(placement.session.key)?.isShared == true
            directory.remove(placement.session.key)
            losses.add(
                placement.session,
                isShared: isShared || placement.state != .placing,
                at: time.uptime
            )
            directives += bury(placement.session, on: life, cause: .workerLost, at: time)
        }
        return directives
    }

    /// Gives up a candidate that cannot be reached or does not answer.
    mutating func giveUp(_ life: WorkerLife) -> [Directive] {
        membership.dropCandidate(life) ? [.closeLink(life)] : []
    }
}

package import Domain
package import HashRing

/// What a coordinator decides: membership, failure detection, placement and the directory.
///
/// A value without clock and I/O. Each event is a call that changes the state at once and returns the
/// directives that an actor carries out afterwards, in order. The same events give the same directives.
package struct Cluster: Sendable {
    /// What the decisions depend on besides the events.
    package let configuration: ClusterConfiguration
    var membership: Membership
    var directory: Directory
    var tombstones: Tombstones
    var losses: LossNotices
    /// What all coordinators share; nil for a coordinator that shares its directory with nobody.
    var shared: DirectoryView?
    /// The ends that the shared directory has not taken yet.
    var unwritten: Set<SessionLife> = []
    /// When the directory was told last that the sessions on a worker's former lives are lost.
    var lossesToldAt: [WorkerID: Duration] = [:]
    /// When the directory was told last that a member is heard.
    var hearingToldAt: [WorkerLife: Duration] = [:]
    /// Who is to get no new sessions, present or not.
    var drains: [WorkerID: NodeDrain] = [:]
    var absent: AbsentWorkers
    /// Until then sessions of a former coordinator may be unknown here, and no new ones begin.
    private let settledAt: Duration

    /// Makes the state of a coordinator that begins.
    ///
    /// - Parameters:
    ///   - configuration: what the decisions depend on besides the events.
    ///   - start: the time of the start.
    ///   - mayHaveSessions: whether workers may have sessions of a former coordinator. Then no new
    ///     ones begin for the length of a lease: by its end each worker has told its sessions or has
    ///     destroyed them, and no identifier can get a second one.
    ///   - lastGeneration: the greatest generation that is known from elsewhere, such as the store.
    ///   - sharing: the name and the life under which it shares its directory with other coordinators; nil for
    ///     one that is alone.
    package init(
        configuration: ClusterConfiguration = ClusterConfiguration(),
        start: ClusterTime,
        mayHaveSessions: Bool,
        lastGeneration: SessionGeneration = SessionGeneration(0),
        sharing: (name: String, incarnation: Incarnation)? = nil
    ) {
        self.configuration = configuration
        membership = Membership(configuration: configuration)
        directory = Directory(lastGeneration: lastGeneration)
        tombstones = Tombstones(
            countMax: configuration.tombstonesMax,
            age: configuration.memory,
            writtenAge: configuration.writtenMemory
        )
        losses = LossNotices(countMax: configuration.tombstonesMax, age: configuration.memory)
        let lease = configuration.times.lease
        shared = sharing.map {
            DirectoryView(
                coordinator: $0.name,
                incarnation: $0.incarnation,
                formerIsOverAt: start.uptime + lease
            )
        }
        absent = AbsentWorkers(countMax: configuration.workersMax, age: configuration.memory)
        settledAt = start.uptime + (mayHaveSessions ? configuration.times.lease : .zero)
    }

    /// Does what is due: pings, suspicions, declarations of death, stops that were not answered.
    ///
    /// Call it several times in a ping interval.
    ///
    /// - Parameter time: the present time.
    /// - Returns: what to carry out.
    package mutating func tick(at time: ClusterTime) -> [Directive] {
        let now = time.uptime
        var directives: [Directive] = []
        for candidate in membership.joining where now - candidate.heardAt >= configuration.times.lease {
            directives += giveUp(candidate.life)
        }
        for member in membership.inOrder { directives += attend(to: member, at: time) }
        directives += drainEndsDue(at: time)
        directives += stopsDue(at: now)
        directives += sharedDue(at: time)
        membership.expire(at: now)
        tombstones.expire(at: now)
        losses.expire(at: now)
        absent.expire(at: now)
        return directives
    }

    func isSettled(at time: ClusterTime) -> Bool {
        shared.map { $0.isLoaded && $0.wasInTouch } ?? (time.uptime >= settledAt)
    }
}

extension Cluster {
    /// The ring of the members; for metrics.
    package var ring: HashRing { membership.ring }

    /// The part of the ring that is each worker's own, from 0 to 1.
    package var ringShares: [WorkerID: Double] {
        Dictionary(ring.shares.map { ($0.node, $0.fraction) }) { first, _ in first }
    }

    /// Whether sessions of a former coordinator may still be unknown here, so that no new ones begin.
    ///
    /// - Parameter time: the present time.
    /// - Returns: whether they may.
    package func isSettling(at time: ClusterTime) -> Bool { !isSettled(at: time) }

    /// How many sessions there are.
    package var sessionCount: Int { directory.count }

    /// How many sessions a pool has.
    ///
    /// - Parameter pool: the pool.
    /// - Returns: the sessions of all states; this is what `maxConcurrentSessions` limits.
    package func sessionCount(in pool: PoolName) -> Int { directory.count(in: pool) }

    /// Where all sessions are, oldest first.
    package var placements: [Placement] { directory.placements }

    /// Where a pool's sessions are, in no order.
    ///
    /// - Parameter pool: the pool.
    /// - Returns: the placements of all states.
    package func placements(in pool: PoolName) -> [Placement] { directory.placements(in: pool) }

    /// Where a session is.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: its placement, or nil when the identifier has no session.
    package func placement(of key: SessionKey) -> Placement? { directory.entry(key)?.placement }

    /// The ends of an identifier's sessions, oldest first.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: the tombstones that are still kept in memory.
    package func tombstones(of key: SessionKey) -> [Tombstone] { tombstones.of(key) }

    /// The workers in the order of their names, those who join last.
    package var workers: [WorkerSummary] {
        (membership.inOrder + membership.joining).map { member in
            WorkerSummary(
                life: member.life,
                address: member.address,
                status: member.status,
                isSuspected: member.isSuspected,
                isHealthy: membership.isMember(member.life) && membership.isHealthy(member.life.worker),
                isAccepting: member.isAccepting,
                capacity: member.capacity,
                heardAt: member.heardAt,
                sessionCount: membership.isMember(member.life) ? directory.count(on: member.life.worker) : 0,
                reportedSessionCount: member.sessionCount
            )
        }
    }

    /// Whether workers that count have not come to this coordinator yet since it started: their sessions are better
    /// asked for elsewhere for so long.
    private func awaitsWorkers(at time: ClusterTime) -> Bool {
        guard let shared, time.uptime < settledAt else { return false }
        return shared.workers.values.contains { !$0.isLost && !membership.isReachable($0.life.worker) }
    }

    /// Whether new sessions can begin now.
    ///
    /// - Parameter time: the present time.
    /// - Returns: nil when they can, else the reason why not.
    package func unreadiness(at time: ClusterTime) -> Failure? {
        guard isSettled(at: time) else { return Refusals.settling }
        guard shared?.isCutOff(at: time.uptime) != true else { return Refusals.cutOff }
        guard !awaitsWorkers(at: time) else { return Refusals.settling }
        let isServed = membership.ring.nodes.contains { membership.isHealthy($0) }
        return isServed ? nil : Refusals.noWorker(times: configuration.times)
    }
}

package import ClusterState
package import Domain
internal import Store

/// Sessions.
extension CoordinatorNode {
    /// Finds a pool.
    package func pool(named name: PoolName) throws(Failure) -> PoolConfiguration {
        guard let pool = pools[name] else {
            // Which pools there are is for those to know who may list them.
            throw Failure(.sessionPoolNotFound, "There is no pool \(name).")
        }
        return pool
    }

    /// Has a pool run from now on, in the place of another one of its name.
    func define(_ pool: PoolConfiguration) { pools[pool.name] = pool }

    /// Takes a pool out; its sessions are for somebody else to end.
    func removePool(_ name: PoolName) { pools[name] = nil }

    /// The sessions whose pool is gone.
    func sessionsWithoutPool() -> [SessionKey] {
        cluster.placements.map(\.session.key).filter { pools[$0.pool] == nil }
    }

    /// Whether requests can be served now.
    package func unreadiness() -> Failure? { cluster.unreadiness(at: time) }

    /// Finds an identifier's session, or lets one begin.
    func place(_ key: SessionKey, in pool: PoolConfiguration) async throws(Failure) -> Placement {
        if let directory { return try await placeShared(key, in: pool, by: directory) }
        return noted(try cluster.place(key, most: pool.maxConcurrentSessions, at: time))
    }

    /// The worker certainly did not take the session; it goes to the next one.
    ///
    /// A worker that is full gets no other session before it tells more of itself.
    func placementRefused(
        _ placement: Placement,
        in pool: PoolConfiguration,
        isFull: Bool
    ) async throws(Failure) -> Placement {
        if let directory { return try await moveShared(placement, in: pool, isFull: isFull, by: directory) }
        if let anew = try await placeAfterLoss(of: placement, in: pool) { return anew }
        return noted(try cluster.placementRefused(placement, isFull: isFull, at: time))
    }

    /// The command never left; another request may have reached the worker all the same.
    func placementUnsent(
        _ placement: Placement,
        in pool: PoolConfiguration
    ) async throws(Failure) -> Placement {
        if let directory { return try await placeAfterSilence(placement, in: pool, by: directory) }
        if let anew = try await placeAfterLoss(of: placement, in: pool) { return anew }
        return noted(try cluster.placementUnsent(placement, at: time))
    }

    /// Begins anew where the worker was lost before it had anything of this request.
    private func placeAfterLoss(
        of placement: Placement,
        in pool: PoolConfiguration
    ) async throws(Failure) -> Placement? {
        guard cluster.placement(of: placement.session.key) == nil else { return nil }
        cluster.lossWasUnused(of: placement.session)
        return try await place(placement.session.key, in: pool)
    }

    /// Marks an identifier's session as one that is being stopped.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: where it is; whoever asks for this tells the worker.
    /// - Throws: `noSessionFound`, or `sessionLost` when that is why there is none.
    func beginStop(_ key: SessionKey) async throws(Failure) -> Placement {
        if let directory { _ = try await sharedPlacement(of: key, in: directory) }
        // The caller carries the directive out and waits; nobody else has to.
        _ = try cluster.stopSession(key, at: time)
        guard let placement = cluster.placement(of: key) else {
            throw Failure(.noSessionFound, "The identifier \(key.identifier) has no session.")
        }
        return placement
    }

    /// Where a session is of which somebody asks what ran in it.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: the place; nil when there is no session.
    /// - Throws: `sessionLost` when that is why there is none and nobody was told.
    func placementAskedFor(_ key: SessionKey) async throws(Failure) -> Placement? {
        if let directory { return try await sharedPlacement(of: key, in: directory) }
        return try cluster.placementAskedFor(key)
    }

    /// Where a session is.
    func placement(of key: SessionKey) -> Placement? { cluster.placement(of: key) }

    /// Where a pool's sessions are, in no order.
    func placements(in pool: PoolName) -> [Placement] {
        cluster.placements(in: pool).filter { $0.state != .ended }
    }

    /// Takes note of the generation that a new session was given.
    private func noted(_ answer: PlacementAnswer) -> Placement {
        if unrecorded.note(answer.placement.session.generation) { unrecordedArrived.yield() }
        return answer.placement
    }

    /// The workers, for those who operate the cluster.
    package var workers: [WorkerSummary] { cluster.workers }
}

extension CoordinatorNode: UnrecordedSource {
    func nextUnrecorded(most: Int) -> UnrecordedBatch { unrecorded.nextBatch(most: most) }

    func recorded(_ batch: UnrecordedBatch) {
        unrecorded.confirm(batch)
        cluster.endsWritten(batch.records.map(\.session))
        wakeWaiting()
    }

    func rememberedEnds(of key: SessionKey) -> [EndedSessionRecord] {
        cluster.tombstones(of: key).map { EndedSessionRecord($0) }
    }
}

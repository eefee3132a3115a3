internal import ClusterState
internal import Domain
internal import Store

/// Placing sessions with several coordinators: the directory decides, the cluster's state knows what to ask it.
extension CoordinatorNode {
    /// How often the directory may decide otherwise than expected before a client is told to try again.
    private static let attempts = 16
    /// How long a request waits for a word on a worker that cannot be reached: until it is lost, and a little more.
    private static let patience: Duration = .seconds(3)

    /// Finds an identifier's session, or lets one begin.
    func placeShared(
        _ key: SessionKey,
        in pool: PoolConfiguration,
        by directory: any ClusterDirectory
    ) async throws(Failure) -> Placement {
        var refusing: Set<WorkerID> = []
        for _ in 0..<Self.attempts {
            let wish = try cluster.wish(for: key, except: refusing, at: time)
            if let placement = try await fulfil(wish, for: key, in: pool, by: directory, &refusing) {
                return placement
            }
        }
        throw Self.unsettled
    }

    /// Lets a session begin elsewhere that its worker refused for good.
    func moveShared(
        _ placement: Placement,
        in pool: PoolConfiguration,
        isFull: Bool,
        by directory: any ClusterDirectory
    ) async throws(Failure) -> Placement {
        var refusing: Set<WorkerID> = []
        for _ in 0..<Self.attempts {
            let wish = try cluster.wish(
                afterRefusalOf: placement,
                isFull: isFull,
                except: refusing,
                at: time
            )
            guard let wish else {
                return try await placeShared(placement.session.key, in: pool, by: directory)
            }
            let found = try await fulfil(
                wish,
                for: placement.session.key,
                in: pool,
                by: directory,
                &refusing
            )
            if let found { return found }
        }
        throw Self.unsettled
    }

    /// Waits for a word on the worker of a session that was placed by this request and never got it.
    ///
    /// Another coordinator may have reached the worker: only that the worker is lost, or is reached again, says where
    /// the session is to begin.
    func placeAfterSilence(
        _ placement: Placement,
        in pool: PoolConfiguration,
        by directory: any ClusterDirectory
    ) async throws(Failure) -> Placement {
        let key = placement.session.key
        // As long as no request has got an answer from it here, it is as new as this request.
        let isUnused = cluster.placement(of: key) == placement
        let deadline = ContinuousClock.now + cluster.configuration.times.lease + Self.patience
        await wait(by: deadline) { cluster in
            cluster.placement(of: key)?.session != placement.session || cluster.isReachable(placement.worker)
        }
        if let lost = cluster.lostSession(of: key) {
            if isUnused {
                // Nothing is lost that this coordinator knows of; see decision 19 for what it cannot know.
                _ = try await asked(
                    { directory throws(StoreError) in try await directory.takeLoss(of: lost) },
                    of: directory
                )
                cluster.entryGone(lost)
            } else {
                try await tellLoss(lost, from: directory)
            }
        }
        let present = cluster.placement(of: key)
        guard present != placement || cluster.isReachable(placement.worker) else { throw Self.silent }
        return try await placeShared(key, in: pool, by: directory)
    }

    private func fulfil(
        _ wish: DirectoryWish,
        for key: SessionKey,
        in pool: PoolConfiguration,
        by directory: any ClusterDirectory,
        _ refusing: inout Set<WorkerID>
    ) async throws(Failure) -> Placement? {
        switch wish {
        case .existing(let placement): return placement
        case .takeLoss(let lost): try await tellLoss(lost, from: directory)
        case .end(let record):
            try await asked(
                { directory throws(StoreError) in try await directory.end([record]) },
                of: directory
            )
            cluster.endsWritten([record.session])
        case .release(let session, let failure):
            try await asked(
                { directory throws(StoreError) in try await directory.release(session) },
                of: directory
            )
            cluster.entryGone(session)
            throw failure
        case .place(let worker):
            // The first of many asks for all of them.
            guard placing.insert(key).inserted else {
                await turn(of: key)
                return nil
            }
            defer { endTurn(of: key) }
            let outcome = try await asked(
                { directory throws(StoreError) in
                    try await directory.place(key, on: worker, most: pool.maxConcurrentSessions)
                },
                of: directory
            )
            return try take(outcome, of: key, on: worker, most: pool.maxConcurrentSessions, &refusing)
        case .move(let session, let worker):
            let refused = cluster.refusals(of: session).union(
                [cluster.placement(of: key)?.worker.worker].compactMap(\.self)
            )
            let outcome = try await asked(
                { directory throws(StoreError) in try await directory.move(session, to: worker) },
                of: directory
            )
            let moved = try take(outcome, of: key, on: worker, most: pool.maxConcurrentSessions, &refusing)
            if case .absent = outcome { cluster.entryGone(session) }
            if let moved { cluster.refused(moved.session, by: refused) }
            return moved
        }
        return nil
    }

    private func take(
        _ outcome: PlacingOutcome,
        of key: SessionKey,
        on worker: WorkerRecord,
        most: Int,
        _ refusing: inout Set<WorkerID>
    ) throws(Failure) -> Placement? {
        switch outcome {
        case .placed(let entry):
            cluster.entryWritten(entry, isNew: true, at: time)
            let placement = cluster.placement(of: key)
            return placement?.session == entry.session ? placement : nil
        case .existing(let entry): cluster.entryWritten(entry, isNew: false, at: time)
        case .absent: break
        case .full(let count): throw Cluster.noRoom(for: key, sessions: count, most: most)
        case .workerChanged: refusing.insert(worker.life.worker)
        }
        return nil
    }

    private static let unsettled = Failure(
        .notReady,
        "Where the session is changes too fast at the moment; ask again.",
        retryAfterSeconds: 1
    )

    private static let silent = Failure(
        .noWorkerAvailable,
        "The session's worker cannot be reached; nothing was run.",
        retryAfterSeconds: 2
    )
}

/// Waiting inside the actor.
extension CoordinatorNode {
    /// A request that waits for something to be so.
    struct Waiting {
        let isSo: @Sendable (Cluster) -> Bool
        let deadline: ContinuousClock.Instant
        let resume: CheckedContinuation<Void, Never>
    }

    /// Waits until the directory has decided on a key for another request; it answers within some seconds.
    private func turn(of key: SessionKey) async {
        await withCheckedContinuation { turns[key, default: []].append($0) }
    }

    private func endTurn(of key: SessionKey) {
        placing.remove(key)
        for waiting in turns.removeValue(forKey: key) ?? [] { waiting.resume() }
    }

    /// Waits until the cluster's state is as wanted.
    ///
    /// - Parameters:
    ///   - deadline: when to give up.
    ///   - isSo: whether it is.
    func wait(by deadline: ContinuousClock.Instant, until isSo: @escaping @Sendable (Cluster) -> Bool) async {
        guard hasTime, !isSo(cluster) else { return }
        await withCheckedContinuation { waiting.append(Waiting(isSo: isSo, deadline: deadline, resume: $0)) }
    }

    /// Lets everybody go on who waits, as time does not pass here any more; nobody waits from now on.
    func endWaiting() {
        hasTime = false
        for one in waiting { one.resume.resume() }
        waiting = []
    }

    /// Lets those go on who have waited for something that is so now; called with each change and each tick.
    func wakeWaiting() {
        guard !waiting.isEmpty else { return }
        let now = ContinuousClock.now
        let (done, left) = waiting.reduce(into: ([Waiting](), [Waiting]())) { parts, one in
            if now >= one.deadline || one.isSo(cluster) { parts.0.append(one) } else { parts.1.append(one) }
        }
        waiting = left
        for one in done { one.resume.resume() }
    }
}

internal import ClusterState
package import Domain
internal import Wire

/// Sessions as a whole: to see them, to end them, to see how they ended.
extension Dispatcher {
    /// How long a worker may take to end a session and its machine.
    private static let stopTimeout: Duration = .seconds(20)
    /// How long a worker may take to describe its sessions.
    private static let descriptionTimeout: Duration = .seconds(5)
    /// How many tombstones of an identifier are shown; the newest.
    private static let endedSessionsMax = 100

    package func stop(_ session: SessionKey) async throws(Failure) {
        try await stop(session, cause: .stopped)
    }

    /// Ends a session for a cause.
    @concurrent
    func stop(_ session: SessionKey, cause: EndCause) async throws(Failure) {
        let placement = try await node.beginStop(session)
        // Without a link, and without an answer, the cluster's state directs the stop again.
        guard let link = await node.link(to: placement.worker) else { throw Self.stillStopping }
        do throws(WorkerLink.Loss) {
            let request = Command.Request.stopSession(placement.session, cause)
            switch try await link.ask(request, by: .now + Self.stopTimeout) {
            case .done: await node.sessionEnded(placement.session, on: placement.worker, cause: cause)
            case .sessionGone(let known):
                await node.sessionEnded(placement.session, on: placement.worker, cause: known ?? cause)
            case .failure(let failure) where failure.code == .staleAddressee:
                // That life of the worker is over, and the session with it.
                await node.lifeEnded(placement.worker)
                await node.lossWasTold(of: placement.session)
            default: throw WorkerLink.Loss(certainty: .unanswered, reason: "no fitting answer")
            }
            await node.endIsWritten(placement.session)
        } catch {
            guard error.certainty == .workerLost else { throw Self.stillStopping }
            await node.lossWasTold(of: placement.session)
        }
    }

    @concurrent
    package func session(_ session: SessionKey) async throws(Failure) -> SessionDescription {
        guard let placement = await node.placement(of: session),
            let description = try await descriptions(of: [placement]).first
        else {
            throw Failure(.noSessionFound, "Could not find session with name '\(session.identifier)'.")
        }
        return description
    }

    @concurrent
    package func sessions(
        of pool: PoolName,
        skip: Int,
        most: Int
    ) async throws(Failure) -> SessionPage {
        _ = try await node.pool(named: pool)
        let placements = await node.placements(in: pool).sorted {
            $0.session.generation < $1.session.generation
        }
        let shown = Array(placements.dropFirst(skip).prefix(most))
        let next = skip + shown.count
        return SessionPage(
            sessions: try await descriptions(of: shown),
            next: next < placements.count && !shown.isEmpty ? next : nil
        )
    }

    package func endedSessions(of session: SessionKey) async -> [EndedSessionRecord] {
        await tombstones.endedSessions(of: session, most: Self.endedSessionsMax).reversed()
    }

    /// Asks the workers what they know of sessions; those that a worker does not have are left out.
    private func descriptions(of placements: [Placement]) async throws(Failure) -> [SessionDescription] {
        let byWorker = Dictionary(grouping: placements, by: \.worker)
        let answers = await withTaskGroup(of: Result<[SessionDescription], Failure>.self) { group in
            for (life, placements) in byWorker {
                group.addTask {
                    do throws(Failure) {
                        return .success(try await descriptions(of: placements.map(\.session), from: life))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var known: [SessionLife: SessionDescription] = [:]
        for answer in answers {
            for description in try answer.get() { known[description.session] = description }
        }
        return placements.compactMap { known[$0.session] }
    }

    private func descriptions(
        of sessions: [SessionLife],
        from life: WorkerLife
    ) async throws(Failure) -> [SessionDescription] {
        let silence = Failure(
            .noWorkerAvailable,
            "A worker does not tell its sessions at the moment; ask again.",
            retryAfterSeconds: 1
        )
        guard let link = await node.link(to: life) else { throw silence }
        do throws(WorkerLink.Loss) {
            switch try await link.ask(.describeSessions(sessions), by: .now + Self.descriptionTimeout) {
            case .descriptions(let known): return known
            case .failure(let failure) where failure.code == .staleAddressee:
                await node.lifeEnded(life)
                return []
            case .failure(let failure): throw WorkerLink.Loss(certainty: .unanswered, reason: failure.message)
            default: throw WorkerLink.Loss(certainty: .unanswered, reason: "no fitting answer")
            }
        } catch {
            // The sessions of a worker that was lost meanwhile are gone.
            if error.certainty == .workerLost { return [] }
            throw silence
        }
    }

    private static let stillStopping = Failure(
        .deadlineExceeded,
        "The session is being stopped, but its worker has not said yet that it is gone.",
        retryAfterSeconds: 2
    )
}

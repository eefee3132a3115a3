import ClusterState
import Domain

/// The way of a request to the worker that has the session, as the dispatcher goes it.
extension SimulatedCoordinator {
    private static let attempts = 16

    func execute(_ request: ClientRequest) {
        guard isRunning else { return request.done(.refused(.noWorkerAvailable)) }
        requests[request.execution] = request
        place(request)
    }

    func finish(_ request: ClientRequest, _ outcome: ClientRequest.Outcome) {
        guard isRunning, requests.removeValue(forKey: request.execution) != nil else { return }
        if case .refused(.sessionLost) = outcome { simulation.ledger.told(request.key) }
        if case .ran(let generation) = outcome { simulation.ledger.answered(request, by: generation) }
        request.done(outcome)
    }

    func place(_ request: ClientRequest) {
        request.refusing = []
        if directory != nil { return placeShared(request) }
        do throws(Failure) {
            let answer = try cluster.place(request.key, most: simulation.settings.most, at: time)
            checkDrain(answer)
            deliver(request, to: answer.placement)
        } catch { finish(request, .refused(error.code)) }
    }

    func deliver(_ request: ClientRequest, to placement: Placement) {
        request.attempts += 1
        guard request.attempts <= Self.attempts, isLinked(placement.worker) else {
            return finish(request, .refused(.noWorkerAvailable))
        }
        let command = WorkerCommand.execute(
            placement.session,
            mayCreate: placement.mayCreate,
            execution: request.execution
        )
        ask(placement.worker, command, within: 10_000) { [self] answer in
            take(answer, of: request, at: placement)
        }
    }

    private func take(_ answer: Answer, of request: ClientRequest, at placement: Placement) {
        switch answer {
        case .reply(.ran):
            sessionBegan(placement)
            finish(request, .ran(placement.session.generation))
        case .reply(.gone(let cause)):
            sessionEnded(placement, cause: cause ?? .stopped)
            place(request)
        case .reply(.full) where placement.mayCreate: refused(request, placement)
        case .reply(.stale):
            apply { $0.lifeEnded(placement.worker, at: $1) }
            if placement.state == .placing { unsent(request, placement) } else { lost(request, placement) }
        case .reply: finish(request, .refused(.sandboxFailed))
        case .notSent:
            apply { cluster, _ in cluster.linkFailed(to: placement.worker) }
            if placement.state == .placing { return unsent(request, placement) }
            finish(request, .refused(.noWorkerAvailable))
        case .unanswered: finish(request, .refused(.deadlineExceeded))
        case .workerLost: lost(request, placement)
        }
    }

    /// The client learns of the loss from its own request.
    private func lost(_ request: ClientRequest, _ placement: Placement) {
        apply { $0.lossWasTold(of: placement.session, at: $1) }
        finish(request, .refused(.sessionLost))
    }

    private func refused(_ request: ClientRequest, _ placement: Placement) {
        request.refusing = []
        if directory != nil { return moveShared(request, placement) }
        if placeAfterLoss(request, placement) { return }
        do throws(Failure) {
            let answer = try cluster.placementRefused(placement, at: time)
            checkDrain(answer)
            deliver(request, to: answer.placement)
        } catch { finish(request, .refused(error.code)) }
    }

    private func unsent(_ request: ClientRequest, _ placement: Placement) {
        if directory != nil { return placeAfterSilence(request, placement) }
        if placeAfterLoss(request, placement) { return }
        do throws(Failure) {
            let answer = try cluster.placementUnsent(placement, at: time)
            checkDrain(answer)
            deliver(request, to: answer.placement)
        } catch { finish(request, .refused(error.code)) }
    }

    private func placeAfterLoss(_ request: ClientRequest, _ placement: Placement) -> Bool {
        guard cluster.placement(of: request.key) == nil else { return false }
        cluster.lossWasUnused(of: placement.session)
        place(request)
        return true
    }

    /// A session that begins must not begin on a worker of which it is known here that it is to be drained.
    private func checkDrain(_ answer: PlacementAnswer) {
        if case .created(let placement) = answer { checkDrain(placement.session.key, placement.worker) }
    }

    func checkDrain(_ key: SessionKey, _ life: WorkerLife) {
        guard cluster.drain(of: life.worker) != nil else { return }
        simulation.ledger.fail(
            "a drained worker gets a new session",
            key: key,
            worker: simulation.workerNumbers[life.worker]
        )
    }

    /// A client wants a session ended.
    func stop(_ key: SessionKey) {
        guard isRunning else { return }
        guard let directory, cluster.placement(of: key) == nil else { return beginStop(key) }
        directory.entry(of: key) { [self] answer in
            guard let entry = answer else { return }
            if let entry { cluster.entryWritten(entry, isNew: false, at: time) }
            beginStop(key)
        }
    }

    private func beginStop(_ key: SessionKey) {
        do throws(Failure) {
            let directives = try cluster.stopSession(key, at: time)
            if let session = cluster.placement(of: key)?.session {
                simulation.ledger.stopWanted(session, cause: .stopped)
            }
            carryOut(directives)
        } catch {
            if error.code == .sessionLost { simulation.ledger.told(key) }
        }
    }
}

import ClusterState
import Domain

/// Placing with several coordinators: the directory decides.
extension SimulatedCoordinator {
    func placeShared(_ request: ClientRequest) {
        request.attempts += 1
        guard request.attempts <= 16 else { return finish(request, .refused(.notReady)) }
        do throws(Failure) {
            let wish = try cluster.wish(
                for: request.key,
                except: request.refusing,
                at: time
            )
            fulfil(wish, for: request) { [self] in placeShared(request) }
        } catch { finish(request, .refused(error.code)) }
    }

    func moveShared(_ request: ClientRequest, _ placement: Placement) {
        request.attempts += 1
        guard request.attempts <= 16 else { return finish(request, .refused(.notReady)) }
        do throws(Failure) {
            guard
                let wish = try cluster.wish(afterRefusalOf: placement, except: request.refusing, at: time)
            else { return place(request) }
            fulfil(wish, for: request) { [self] in moveShared(request, placement) }
        } catch { finish(request, .refused(error.code)) }
    }

    func placeAfterSilence(_ request: ClientRequest, _ placement: Placement) {
        let patience = Duration.milliseconds(8_000 * simulation.settings.scale)
        waiting.append(
            (
                placement, uptime + patience,
                { [self] in
                    guard let lost = cluster.lostSession(of: request.key) else {
                        return placeAfterWord(request, placement)
                    }
                    directory?.takeLoss(lost) { [self] isMine in
                        guard let isMine else { return finish(request, .refused(.notReady)) }
                        cluster.entryGone(lost)
                        // Other requests may have run in it.
                        if isMine { return finish(request, .refused(.sessionLost)) }
                        placeAfterWord(request, placement)
                    }
                }
            )
        )
        wakeWaiting()
    }

    private func placeAfterWord(_ request: ClientRequest, _ placement: Placement) {
        let present = cluster.placement(of: request.key)
        guard present != placement || cluster.isReachable(placement.worker) else {
            return finish(request, .refused(.noWorkerAvailable))
        }
        place(request)
    }

    /// Lets those go on who have waited for something that is so now.
    func wakeWaiting() {
        guard isRunning, !waiting.isEmpty else { return }
        let former = waiting
        waiting = []
        for one in former {
            let isElsewhere =
                cluster.placement(of: one.placement.session.key)?.session != one.placement.session
            if isElsewhere || uptime >= one.deadline || cluster.isReachable(one.placement.worker) {
                one.resume()
            } else {
                waiting.append(one)
            }
        }
    }

    private func fulfil(_ wish: DirectoryWish, for request: ClientRequest, _ again: @escaping () -> Void) {
        guard let directory else { return }
        let (key, most) = (request.key, simulation.settings.most)
        let away: () -> Void = { [self] in finish(request, .refused(.notReady)) }
        switch wish {
        case .existing(let placement): deliver(request, to: placement)
        case .takeLoss(let lost):
            directory.takeLoss(lost) { [self] isMine in
                guard let isMine else { return away() }
                cluster.entryGone(lost)
                if isMine { finish(request, .refused(.sessionLost)) } else { again() }
            }
        case .end(let record):
            directory.end([record]) { [self] isDone in
                guard isDone != nil else { return away() }
                cluster.endsWritten([record.session])
                again()
            }
        case .release(let session, let failure):
            directory.release(session) { [self] isDone in
                guard isDone != nil else { return away() }
                cluster.entryGone(session)
                finish(request, .refused(failure.code))
            }
        case .place(let worker):
            checkDrain(key, worker.life)
            guard placing.insert(key).inserted else { return turns[key, default: []].append(again) }
            directory.place(key, on: worker, most: most) { [self] outcome in
                defer { endTurn(of: key) }
                guard let outcome else { return away() }
                take(outcome, for: request, on: worker, again) { _ in }
            }
        case .move(let session, let worker):
            checkDrain(key, worker.life)
            let refused = cluster.refusals(of: session).union(
                [cluster.placement(of: key)?.worker.worker].compactMap(\.self)
            )
            directory.move(session, to: worker) { [self] outcome in
                guard let outcome else { return away() }
                if case .absent = outcome { cluster.entryGone(session) }
                take(outcome, for: request, on: worker, again) { [self] moved in
                    cluster.refused(moved.session, by: refused)
                }
            }
        }
    }

    private func endTurn(of key: SessionKey) {
        placing.remove(key)
        for resume in turns.removeValue(forKey: key) ?? [] {
            simulation.after(0) { [self, incarnation] in
                if isRunning, self.incarnation == incarnation { resume() }
            }
        }
    }

    private func take(
        _ outcome: SimulatedDirectoryClient.Placing,
        for request: ClientRequest,
        on worker: WorkerRecord,
        _ again: () -> Void,
        _ found: (Placement) -> Void
    ) {
        switch outcome {
        case .placed(let entry):
            cluster.entryWritten(entry, isNew: true, at: time)
            if let placement = cluster.placement(of: request.key), placement.session == entry.session {
                found(placement)
                return deliver(request, to: placement)
            }
        case .existing(let entry): cluster.entryWritten(entry, isNew: false, at: time)
        case .absent: break
        case .full: return finish(request, .refused(.sessionsCountExceedsLimit))
        case .workerChanged: request.refusing.insert(worker.life.worker)
        }
        again()
    }
}

package import Domain

/// What a request for a session needs of the shared directory.
package enum DirectoryWish: Hashable, Sendable {
    /// Nothing: the session is there.
    case existing(Placement)
    /// To place it on this worker.
    case place(WorkerRecord)
    /// To move this session to this worker.
    case move(SessionLife, WorkerRecord)
    /// To give up this session, which no worker takes; then to tell why.
    case release(SessionLife, Failure)
    /// To take the mark of its loss away, and to tell the client.
    case takeLoss(SessionLife)
    /// To write first that this session has ended.
    case end(EndedSessionRecord)
}

/// Placing with several coordinators: what to ask of the directory, which alone decides.
extension Cluster {
    /// Finds an identifier's session, or what is to be asked for it to begin.
    ///
    /// - Parameters:
    ///   - key: the session's name.
    ///   - refusing: workers that are not to be asked.
    ///   - time: the present time.
    /// - Returns: where it is, or what to ask.
    /// - Throws: why it cannot begin now.
    package mutating func wish(
        for key: SessionKey,
        except refusing: Set<WorkerID>,
        at time: ClusterTime
    ) throws(Failure) -> DirectoryWish {
        if let entry = directory.entry(key) {
            switch entry.placement.state {
            case .stopping: throw Refusals.stopping
            case .ended: return .end(endRecord(of: entry.placement, at: time))
            case .placing, .known, .live: return .existing(share(entry, at: time).placement)
            }
        }
        if let lost = shared?.lost[key] { return .takeLoss(lost) }
        guard shared?.isLoaded == true else { throw Refusals.settling }
        guard shared?.isInTouch(at: time.uptime) == true else { throw Refusals.directoryAway }
        // A pool that seems full may just have got room through another coordinator: the directory is asked.
        return .place(try chooseRecord(for: key, except: refusing))
    }

    /// What is to be asked for a session that its worker refused for good.
    ///
    /// - Parameters:
    ///   - placement: where it was placed.
    ///   - isFull: whether the worker has no room for others, either, until it tells more of itself.
    ///   - others: more workers that are not to be asked.
    ///   - time: the present time.
    /// - Returns: where it is meanwhile, or what to ask; nil when it is not there any more.
    /// - Throws: why it cannot begin elsewhere now.
    package mutating func wish(
        afterRefusalOf placement: Placement,
        isFull: Bool = true,
        except others: Set<WorkerID>,
        at time: ClusterTime
    ) throws(Failure) -> DirectoryWish? {
        let key = placement.session.key
        if isFull, membership.isMember(placement.worker) {
            membership.update(placement.worker.worker) { $0.refuseUntilNextAnswer() }
        }
        guard let entry = directory.entry(key) else { return nil }
        guard entry.placement.state != .stopping else { throw Refusals.stopping }
        guard entry.placement.session == placement.session else {
            return .existing(share(entry, at: time).placement)
        }
        guard entry.placement.mayCreate else { throw Refusals.contradiction }
        let refusing = entry.refusedBy.union(others).union([placement.worker.worker])
        do throws(Failure) {
            return .move(placement.session, try chooseRecord(for: key, except: refusing))
        } catch {
            return .release(placement.session, error)
        }
    }

    /// Takes note of the workers that refused a session, so that it does not come back to them.
    ///
    /// - Parameters:
    ///   - session: the session, at its new place.
    ///   - workers: the workers.
    package mutating func refused(_ session: SessionLife, by workers: Set<WorkerID>) {
        guard directory.entry(session.key)?.placement.session == session else { return }
        directory.update(session.key) { $0.refusedBy.formUnion(workers) }
    }

    /// The workers that have refused a session so far.
    package func refusals(of session: SessionLife) -> Set<WorkerID> {
        guard let entry = directory.entry(session.key), entry.placement.session == session else { return [] }
        return entry.refusedBy
    }

    /// What the one client is told that learns of a loss.
    package static var lostSession: Failure { Refusals.lost }

    /// What a client is told whose session can neither begin nor end because the directory is away.
    package static var directoryAway: Failure { Refusals.directoryAway }

    /// What a client is told when a pool is full.
    package static func noRoom(for key: SessionKey, sessions: Int, most: Int) -> Failure {
        Refusals.noRoom(for: key, sessions: sessions, most: most)
    }

    /// The mark that stands for a lost session, if it is known to.
    package func mark(of session: SessionLife) -> SessionLife? { shared?.mark(of: session) }

    /// The mark of a loss that no client was told of.
    package func lostSession(of key: SessionKey) -> SessionLife? { shared?.lost[key] }

    private func chooseRecord(
        for key: SessionKey,
        except refusing: Set<WorkerID>
    ) throws(Failure) -> WorkerRecord {
        let uncounted = membership.inOrder.filter { shared?.counts($0.life) != true }
        let life = try chooseWorker(for: key, except: refusing.union(uncounted.map(\.life.worker)))
        guard let record = shared?.record(of: life.worker), record.life == life else {
            throw Refusals.noWorker(times: configuration.times)
        }
        return record
    }

    private func endRecord(of placement: Placement, at time: ClusterTime) -> EndedSessionRecord {
        let known = tombstones.of(placement.session.key).last { $0.session == placement.session }
        return EndedSessionRecord(
            session: placement.session,
            cause: known?.cause ?? .stopped,
            epochMilliseconds: known?.time.epochMilliseconds ?? time.epochMilliseconds,
            worker: placement.worker.worker
        )
    }
}

import ClusterState
import Domain

/// The calls of the directory's contract, each carried out as a whole at one moment, or not at all.
extension SimulatedDirectoryClient {
    enum Hearing {
        case heard(WorkerRecord, DirectoryHearing)
        case superseded
        case changed
    }

    enum Placing {
        case placed(DirectoryEntry)
        case existing(DirectoryEntry)
        case absent
        case full(Int)
        case workerChanged
    }

    func hear(
        _ life: WorkerLife,
        address: String,
        replacing revision: UInt64?,
        _ done: @escaping (Hearing?) -> Void
    ) {
        repeated(
            { [self] (tell: @escaping (Hearing?) -> Void) in
                guard let lease else { return simulation.after(1_000) { tell(nil) } }
                let touch = touchNumber
                ask({ $0.workers[life.worker] }) { [self] answer in
                    guard let record = answer else { return tell(nil) }
                    if record?.life != life {
                        if let known = record?.life, known.incarnation == life.incarnation,
                            life.epoch < known.epoch
                        {
                            return tell(.superseded)
                        }
                        guard record?.revision == revision else { return tell(.changed) }
                    } else if record?.isLost == true {
                        return tell(.superseded)
                    }
                    ask({ [name] in
                        (
                            $0.putHearing(
                                life,
                                address: address,
                                by: name,
                                since: record?.revision,
                                isNew: record?.life != life,
                                lease: lease
                            ), $0.isAlive(lease)
                        )
                    }) { [self] answer in
                        if answer?.1 == false { forget(lease) }
                        guard let (record, revision) = answer?.0 else { return tell(nil) }
                        tell(.heard(record, DirectoryHearing(touch: touch, revision: revision)))
                    }
                }
            },
            done
        )
    }

    func unhear(_ life: WorkerLife, upTo revision: UInt64) {
        repeated({ [self] (tell: @escaping (Bool?) -> Void) in
            ask({ [name] in $0.hears[life.worker]?[name] }) { [self] answer in
                guard let hearing = answer else { return tell(nil) }
                guard let hearing, hearing.life == life, hearing.revision <= revision else {
                    return tell(true)
                }
                ask({ [name] in $0.removeHearing(life.worker, by: name, since: hearing.revision) }) {
                    tell($0 == true ? true : nil)
                }
            }
        }) { _ in }
    }

    func declareLost(_ record: WorkerRecord) {
        repeated({ [self] (tell: @escaping (Bool?) -> Void) in
            ask({ $0.declareLost(record) }, tell)
        }) { _ in }
    }

    func place(
        _ key: SessionKey,
        on worker: WorkerRecord,
        most: Int,
        _ done: @escaping (Placing?) -> Void
    ) {
        guard !worker.isLost else { return done(.workerChanged) }
        let call = simulation.random(1...Int.max - 1)
        repeated(
            { [self] (tell: @escaping (Placing?) -> Void) in
                ask(
                    { directory in
                        if let present = directory.sessions[key] { return Self.outcome(present, of: call) }
                        guard directory.workers[worker.life.worker]?.revision == worker.revision else {
                            return .workerChanged
                        }
                        guard directory.placedCount < most else { return .full(directory.placedCount) }
                        return .placed(directory.put(key, on: worker, call: call))
                    },
                    tell
                )
            },
            done
        )
    }

    func move(
        _ session: SessionLife,
        to worker: WorkerRecord,
        _ done: @escaping (Placing?) -> Void
    ) {
        guard !worker.isLost else { return done(.workerChanged) }
        let call = simulation.random(1...Int.max - 1)
        repeated(
            { [self] (tell: @escaping (Placing?) -> Void) in
                ask(
                    { directory in
                        guard let present = directory.sessions[session.key] else { return .absent }
                        guard present.entry.session == session, present.entry.place != .lost else {
                            return Self.outcome(present, of: call)
                        }
                        guard directory.workers[worker.life.worker]?.revision == worker.revision else {
                            return .workerChanged
                        }
                        return .placed(directory.put(session.key, on: worker, call: call))
                    },
                    tell
                )
            },
            done
        )
    }

    func release(_ session: SessionLife, _ done: @escaping (Bool?) -> Void) {
        repeated(
            { [self] (tell: @escaping (Bool?) -> Void) in
                ask(
                    { directory in
                        _ = directory.removeSession(session)
                        return true
                    },
                    tell
                )
            },
            done
        )
    }

    /// Takes the mark of a loss; several may be told of it rather than none, when the outcome was not told.
    ///
    /// - Parameters:
    ///   - session: the mark.
    ///   - isOwed: whether a client is to be told by whoever gets it.
    ///   - done: whether it was got, perhaps.
    func takeLoss(_ session: SessionLife, isOwed: Bool = true, _ done: @escaping (Bool?) -> Void) {
        var (isUntold, isOver) = (false, false)
        repeated({ [self] (tell: @escaping (Bool?) -> Void) in
            ask({ $0.sessions[session.key] }) { [self] answer in
                guard let present = answer else { return tell(nil) }
                guard let present else { return tell(isUntold) }
                guard present.entry.session == session, present.entry.place == .lost else {
                    return tell(isUntold)
                }
                ask({ [self] directory in
                    let isRemoved = directory.removeSession(session)
                    if isRemoved {
                        // A process that has crashed meanwhile owes nobody anything.
                        let isOwed = isOwed && !isOver && isRunning
                        directory.simulation.ledger.markTaken(session.key, isOwed: isOwed)
                    }
                    return isRemoved
                }) { isRemoved in
                    if isRemoved == nil { isUntold = true }
                    tell(isRemoved)
                }
            }
        }) {
            isOver = true
            done($0 ?? (isUntold ? true : nil))
        }
    }

    func end(_ records: [EndedSessionRecord], isLoss: Bool = false, _ done: @escaping (Bool?) -> Void) {
        repeated(
            { [self] (tell: @escaping (Bool?) -> Void) in
                ask(
                    { directory in
                        directory.bury(records, isLoss: isLoss)
                        return true
                    },
                    tell
                )
            },
            done
        )
    }

    func entry(of key: SessionKey, _ done: @escaping (DirectoryEntry??) -> Void) {
        repeated(
            { [self] (tell: @escaping (DirectoryEntry??) -> Void) in
                ask({ $0.sessions[key]?.entry }, tell)
            },
            done
        )
    }

    private static func outcome(_ present: SimulatedDirectory.Entry, of call: Int) -> Placing {
        let isOwn = present.call == call && present.entry.place != .lost
        return isOwn ? .placed(present.entry) : .existing(present.entry)
    }
}

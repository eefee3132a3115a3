internal import Domain
internal import Etcd
internal import Logging

/// Telling what happens.
extension EtcdDirectory {
    /// Follows etcd until cancelled.
    ///
    /// - Returns: why etcd will never tell anything; nil when cancelled.
    func follow() async -> StoreError? {
        do throws(EtcdError) {
            try await EtcdWatch(client, .prefix(places.live)).run { self.tell($0) }
        } catch { return StoreError(error) }
        return Task.isCancelled ? nil : .closed
    }

    private nonisolated func tell(_ change: EtcdChange) {
        switch change {
        case .everything(let entries, let revision):
            tell(revision, .everything(snapshot(of: entries)))
            tell(revision, .progress)
        case .put(let entry):
            if let kind = kind(of: entry) { tell(entry.modifyRevision, kind) }
        case .removed(let key, let revision):
            if let meaning = places.meaning(of: key) { tell(revision, Self.kind(ofRemoved: meaning)) }
        case .caughtUp(let revision): tell(revision, .progress)
        }
    }

    private nonisolated func tell(_ revision: Int64, _ kind: DirectoryChange.Kind) {
        told.yield(DirectoryChange(revision: UInt64(clamping: revision), kind: kind))
    }

    /// What an entry says; nil for one that cannot be read, which the log tells.
    private nonisolated func kind(of entry: EtcdEntry) -> DirectoryChange.Kind? {
        do throws(StoreError) { return try readKind(of: entry) } catch {
            logger.error("an entry of the directory cannot be read", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private nonisolated func readKind(of entry: EtcdEntry) throws(StoreError) -> DirectoryChange.Kind? {
        switch places.meaning(of: entry.key) {
        case .session(let key): .session(key, try entry.session.entry)
        case .worker(let id): .worker(id, try entry.worker)
        case .hearing(let id, let coordinator): .hears(id, coordinator: coordinator, try entry.life)
        case .coordinator(let name): .coordinator(name, try StoredCoordinator.read(entry).record)
        case .touch(let name): .inTouch(name, true)
        case nil: nil
        }
    }

    private static func kind(ofRemoved meaning: DirectoryPlaces.Meaning) -> DirectoryChange.Kind {
        switch meaning {
        case .session(let key): .session(key, nil)
        case .worker(let id): .worker(id, nil)
        case .hearing(let id, let coordinator): .hears(id, coordinator: coordinator, nil)
        case .coordinator(let name): .coordinator(name, nil)
        case .touch(let name): .inTouch(name, false)
        }
    }

    private nonisolated func snapshot(of entries: [EtcdEntry]) -> DirectorySnapshot {
        var snapshot = DirectorySnapshot()
        for entry in entries {
            switch kind(of: entry) {
            case .session(_, let session?): snapshot.sessions.append(session)
            case .worker(_, let record?): snapshot.workers.append(record)
            case .hears(let id, let coordinator, let life?):
                snapshot.hears[id, default: [:]][coordinator] = life
            case .coordinator(_, let record?): snapshot.coordinators.append(record)
            case .inTouch(let name, true): snapshot.inTouch.insert(name)
            default: break
            }
        }
        return snapshot
    }
}

package import Domain
internal import Etcd

/// Where sessions are.
extension EtcdDirectory {
    /// How many slots that others turn out to have are tried before it is read which ones are taken.
    private static let conflictsMax = 2

    package func place(
        _ key: SessionKey,
        on worker: WorkerRecord,
        most: Int
    ) async throws(StoreError) -> PlacingOutcome {
        guard !worker.isLost else { return .workerChanged }
        let call = UInt64.random(in: 0...UInt64.max)
        return try await repeated { (_) async throws(StoreError) in
            try await self.tryPlacing(key, on: worker, most: most, call: call)
        }
    }

    /// Tries free slots until the session has one, or cannot get any; `call` tells this call from others.
    private func tryPlacing(
        _ key: SessionKey,
        on worker: WorkerRecord,
        most: Int,
        call: UInt64
    ) async throws(StoreError) -> PlacingOutcome? {
        for conflicts in 0...2 * Self.conflictsMax {
            let choice = try await chooseSlot(in: key.pool, of: most, isKnown: conflicts < Self.conflictsMax)
            switch choice {
            case nil: continue
            case .full(let count):
                let present = try await read(places.session(key))?.session
                return present.map { Self.outcome($0, of: call) } ?? .full(count)
            case .slot(let slot):
                defer { slots[key.pool]?.leave(slot) }
                let session = StoredSession(key, on: worker.life, slot: slot, call: call)
                let transaction = placing(key, session, slot, on: worker)
                guard let outcome = try await transact(transaction) else { return nil }
                if outcome.held {
                    slots[key.pool]?.fill(slot)
                    return .placed(Self.entry(key, on: worker.life, at: outcome.revision))
                }
                let found = outcome.results.map(\.entries.first)
                if let present = found[0] { return Self.outcome(try present.session, of: call) }
                guard let record = found[1], UInt64(clamping: record.modifyRevision) == worker.revision else {
                    return .workerChanged
                }
                slots[key.pool]?.fill(slot)
            }
        }
        return nil
    }

    private func placing(
        _ key: SessionKey,
        _ session: StoredSession,
        _ slot: Int,
        on worker: WorkerRecord
    ) -> EtcdTransaction {
        let place = places.session(key)
        let (slot, record) = (places.slot(slot, of: key.pool), places.worker(worker.life.worker))
        return EtcdTransaction(
            if: [
                .isAbsent(place), .isAbsent(slot),
                .isUnchanged(record, since: Int64(clamping: worker.revision)),
            ],
            then: [.put(place, session.bytes), .put(slot, Array(place.utf8))],
            otherwise: [.read(.key(place)), .read(.key(record))]
        )
    }

    package func move(
        _ session: SessionLife,
        to worker: WorkerRecord
    ) async throws(StoreError) -> PlacingOutcome {
        guard !worker.isLost else { return .workerChanged }
        let call = UInt64.random(in: 0...UInt64.max)
        return try await repeated { (_) async throws(StoreError) in
            try await self.tryMoving(session, to: worker, call: call)
        }
    }

    private func tryMoving(
        _ session: SessionLife,
        to worker: WorkerRecord,
        call: UInt64
    ) async throws(StoreError) -> PlacingOutcome? {
        let place = places.session(session.key)
        guard let present = try await read(place) else { return .absent }
        let known = try present.session
        guard known.entry.session == session, !known.stored.isLost else {
            return Self.outcome(known, of: call)
        }
        let record = places.worker(worker.life.worker)
        let moved = StoredSession(session.key, on: worker.life, slot: known.stored.slot, call: call)
        let outcome = try await transact(
            EtcdTransaction(
                if: [
                    .isUnchanged(place, since: present.modifyRevision),
                    .isUnchanged(record, since: Int64(clamping: worker.revision)),
                ],
                then: [.put(place, moved.bytes)],
                otherwise: [.read(.key(place)), .read(.key(record))]
            )
        )
        guard let outcome else { return nil }
        guard !outcome.held else {
            return .placed(Self.entry(session.key, on: worker.life, at: outcome.revision))
        }
        guard let entry = outcome.results[0].entries.first else { return .absent }
        if entry.modifyRevision != present.modifyRevision {
            return Self.outcome(try entry.session, of: call)
        }
        return .workerChanged
    }

    package func release(_ session: SessionLife) async throws(StoreError) {
        let _: Bool = try await repeated { (_) async throws(StoreError) in
            guard let present = try await self.read(self.places.session(session.key)),
                try present.session.entry.session == session
            else { return true }
            return try await self.remove(present)?.held == true ? true : nil
        }
    }

    package func takeLoss(of session: SessionLife) async throws(StoreError) -> Bool {
        try await repeated(whenUntold: true) { (isUntold) async throws(StoreError) -> Bool? in
            let present = try await self.read(self.places.session(session.key))
            // It was there when this call tried to take it and was not told whether it did: rather may two clients
            // be told of the loss than none.
            guard let present else { return isUntold }
            let (stored, entry) = try present.session
            guard entry.session == session, stored.isLost else { return isUntold }
            guard let outcome = try await self.remove(present) else {
                isUntold = true
                return nil
            }
            return outcome.held
        }
    }

    /// Takes an entry out, with its slot, unless it has changed.
    private func remove(_ present: EtcdEntry) async throws(StoreError) -> EtcdTransaction.Outcome? {
        try await transact(
            EtcdTransaction(
                if: [.isUnchanged(present.key, since: present.modifyRevision)],
                then: [.remove(.key(present.key))] + freeing(try present.session)
            )
        )
    }

    /// What frees the slot of a session.
    nonisolated func freeing(
        _ session: (stored: StoredSession, entry: DirectoryEntry)
    ) -> [EtcdTransaction.Operation] {
        guard let slot = session.stored.slot else { return [] }
        return [.remove(.key(places.slot(slot, of: session.entry.session.key.pool)))]
    }

    private static func entry(_ key: SessionKey, on life: WorkerLife, at revision: Int64) -> DirectoryEntry {
        let generation = SessionGeneration(UInt64(clamping: revision))
        return DirectoryEntry(session: SessionLife(key: key, generation: generation), place: .placed(life))
    }

    /// What it means that an entry is there: another call's, or this one's if etcd did not tell.
    private static func outcome(
        _ present: (stored: StoredSession, entry: DirectoryEntry),
        of call: UInt64
    ) -> PlacingOutcome {
        let isOwn = present.stored.call == call && !present.stored.isLost
        return isOwn ? .placed(present.entry) : .existing(present.entry)
    }
}

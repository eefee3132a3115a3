package import Domain
internal import Etcd

/// Workers, and who hears them.
extension EtcdDirectory {
    package func hear(
        _ life: WorkerLife,
        at address: String,
        replacing revision: UInt64?
    ) async throws(StoreError) -> HearingOutcome {
        try await repeated { (_) async throws(StoreError) in
            try await self.tryHearing(life, at: address, replacing: revision)
        }
    }

    private func tryHearing(
        _ life: WorkerLife,
        at address: String,
        replacing revision: UInt64?
    ) async throws(StoreError) -> HearingOutcome? {
        guard let lease else { return nil }
        let touch = touchNumber
        let place = places.worker(life.worker)
        let present = try await read(place)
        let record = try present.map { entry throws(StoreError) in try entry.worker }
        var operations: [EtcdTransaction.Operation] = []
        if record?.life != life {
            if let known = record?.life, known.incarnation == life.incarnation, life.epoch < known.epoch {
                return .superseded
            }
            guard record?.revision == revision else { return .changed }
            operations.append(.put(place, StoredWorker(life, at: address, isLost: false).bytes))
        } else if record?.isLost == true {
            return .superseded
        }
        let hearing = places.hearing(of: life.worker, by: coordinator.name)
        operations.append(.put(hearing, StoredLife(life).bytes, lease: lease))
        let outcome = try await transact(
            EtcdTransaction(
                if: [EtcdPlaces.condition(place, present?.modifyRevision)],
                then: operations
            ),
            under: lease
        )
        guard let outcome, outcome.held else { return nil }
        if let record, record.life == life { return .heard(record, touch: touch) }
        return .heard(
            WorkerRecord(
                life: life,
                address: address,
                isLost: false,
                revision: UInt64(clamping: outcome.revision)
            ),
            touch: touch
        )
    }

    package func unhear(_ life: WorkerLife) async throws(StoreError) {
        let place = places.hearing(of: life.worker, by: coordinator.name)
        let _: Bool = try await repeated { (_) async throws(StoreError) in
            guard let present = try await self.read(place), try present.life == life else { return true }
            let removal = EtcdTransaction(
                if: [.isUnchanged(place, since: present.modifyRevision)],
                then: [.remove(.key(place))]
            )
            return try await self.transact(removal)?.held == true ? true : nil
        }
    }

    package func declareLost(_ record: WorkerRecord) async throws(StoreError) -> Bool {
        let place = places.worker(record.life.worker)
        let loss = EtcdTransaction(
            if: [
                .isUnchanged(place, since: Int64(clamping: record.revision)),
                .isEmpty(.prefix(places.hearings(of: record.life.worker))),
            ],
            then: [.put(place, StoredWorker(record.life, at: record.address, isLost: true).bytes)],
            otherwise: [.read(.key(place))]
        )
        return try await repeated { (_) async throws(StoreError) -> Bool? in
            guard let outcome = try await self.transact(loss) else { return nil }
            if outcome.held { return true }
            guard let present = try outcome.results.first?.entries.first?.worker else { return false }
            return present.life == record.life && present.isLost
        }
    }

    package func removeNode(_ name: String) async throws(StoreError) -> Bool {
        try await repeated { (isUntold) async throws(StoreError) -> Bool? in
            guard let removal = try await self.removal(of: name) else { return isUntold }
            guard let outcome = try await self.transact(removal) else {
                isUntold = true
                return nil
            }
            return outcome.held ? true : nil
        }
    }

    /// What removes a node; nil when there is none that can be removed.
    private func removal(of name: String) async throws(StoreError) -> EtcdTransaction? {
        let (coordinator, touch) = (places.coordinator(name), places.touch(name))
        if let worker = try? WorkerID(name), let present = try await read(places.worker(worker)) {
            guard try present.worker.isLost else { return nil }
            return EtcdTransaction(
                if: [.isUnchanged(present.key, since: present.modifyRevision)],
                then: [.remove(.key(present.key)), .remove(.prefix(places.hearings(of: worker)))]
            )
        }
        let found = try await read([.key(coordinator), .key(touch)]).map(\.entries.first)
        guard let present = found.first ?? nil, found.last == .some(nil) else { return nil }
        return EtcdTransaction(
            if: [.isUnchanged(coordinator, since: present.modifyRevision), .isAbsent(touch)],
            then: [.remove(.key(coordinator))]
        )
    }
}

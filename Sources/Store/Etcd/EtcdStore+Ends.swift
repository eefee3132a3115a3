package import Domain
internal import Etcd

/// What else a transaction does that keeps ends of sessions.
struct EtcdCompanion: Sendable {
    var conditions: [EtcdTransaction.Condition] = []
    var operations: [EtcdTransaction.Operation] = []
}

/// Ended sessions. Each stands there three times: by its name, by its time, and by the number in which it was kept.
extension EtcdStore {
    /// How many records one transaction takes: three keys each, and the last number, in etcd's 128 operations.
    private static let batch = 40
    /// How many ends of one identifier are looked at: the newest.
    private static let endsMax = 1_000

    package func keep(_ records: [EndedSessionRecord]) async throws(StoreError) {
        var seen: Set<SessionLife> = []
        var rest = records.filter { seen.insert($0.session).inserted }[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.batch))
            try await repeated { () async throws(StoreError) in
                try await keepNew(of: batch) { (_) async throws(StoreError) in EtcdCompanion() }
            }
            rest = rest.dropFirst(Self.batch)
        }
    }

    /// Keeps those of a batch that are not kept yet, with what else belongs to it.
    ///
    /// - Parameters:
    ///   - batch: the records, each of another session.
    ///   - others: what is read for the rest.
    ///   - companion: what else is done in the same transaction, by what stands in each of `others`.
    /// - Returns: whether nothing is left to do.
    /// - Throws: why it cannot be done.
    func keepNew(
        of batch: [EndedSessionRecord],
        reading others: [EtcdKeyRange] = [],
        with companion: @Sendable ([EtcdTransaction.Result]) async throws(StoreError) -> EtcdCompanion
    ) async throws(StoreError) -> Bool {
        let reads =
            [.key(places.lastNumber)] + batch.map { EtcdKeyRange.key(places.session($0.session)) } + others
        guard let known = try await transact(EtcdTransaction(then: reads.map { .read($0) })) else {
            return false
        }
        let new = zip(batch, known.results.dropFirst()).filter { $0.1.entries.isEmpty }.map(\.0)
        let rest = try await companion(Array(known.results.dropFirst(1 + batch.count)))
        guard !new.isEmpty || !rest.operations.isEmpty else { return true }
        let counter = known.results.first?.entries.first
        var number = try counter.map { entry throws(StoreError) in try StoredNumber.read(entry).last } ?? 0
        var operations: [EtcdTransaction.Operation] = []
        for record in new {
            number += 1
            let end = StoredEnd(record, number: number)
            for place in [places.session(record.session), places.time(end.cursor), places.number(number)] {
                operations.append(.put(place, end.bytes))
            }
        }
        var conditions = rest.conditions
        if !new.isEmpty {
            operations.append(.put(places.lastNumber, StoredNumber(last: number).bytes))
            conditions.append(EtcdPlaces.condition(places.lastNumber, counter?.modifyRevision))
        }
        let transaction = EtcdTransaction(if: conditions, then: operations + rest.operations)
        return try await transact(transaction)?.held ?? false
    }

    package func records(of key: SessionKey, most: Int) async throws(StoreError) -> [EndedSessionRecord] {
        let entries = try await read(.prefix(places.sessions(key)), limit: Self.endsMax, order: .descending)
        let ends = try ends(entries).sorted { $0.cursor < $1.cursor }
        return ends.suffix(most).compactMap { try? $0.record }
    }

    package func page(
        from earliest: UInt64,
        before cursor: EndedSessionCursor?,
        most: Int
    ) async throws(StoreError) -> EndedSessionPage {
        let start = places.time(EndedSessionCursor(epochMilliseconds: earliest))
        let end = places.time(cursor ?? EndedSessionCursor(epochMilliseconds: .max, number: .max))
        guard start < end else { return EndedSessionPage(records: [], next: nil) }
        // One more than wanted tells whether there is a next page.
        let entries = try await read(.between(start, and: end), limit: max(1, most) + 1, order: .descending)
        let ends = try ends(entries.prefix(max(1, most)))
        return EndedSessionPage(
            records: ends.compactMap { try? $0.record },
            next: entries.count > ends.count ? ends.last?.cursor : nil
        )
    }

    package func removeRecords(
        endedBefore earliest: UInt64,
        beyondNewest count: Int
    ) async throws(StoreError) -> Int {
        let counter = try await read(.key(places.lastNumber)).first
        let last = try counter.map { entry throws(StoreError) in try StoredNumber.read(entry).last } ?? 0
        let firstTime = places.time(EndedSessionCursor(epochMilliseconds: 0))
        let firstKept = places.time(EndedSessionCursor(epochMilliseconds: earliest))
        let lowest = places.number(max(0, last - Int64(clamping: count)) + 1)
        return try await remove(.between(firstTime, and: firstKept))
            + remove(.between(places.number(0), and: lowest))
    }

    /// Removes what stands in a range of times or numbers.
    private func remove(_ range: EtcdKeyRange) async throws(StoreError) -> Int {
        var removed = 0
        try await repeated { () async throws(StoreError) in
            while true {
                let old = try ends(try await read(range, limit: Self.batch))
                guard !old.isEmpty else { return true }
                var operations: [EtcdTransaction.Operation] = []
                for end in old {
                    operations.append(.remove(.key(places.number(end.number))))
                    operations.append(.remove(.key(places.time(end.cursor))))
                    if let record = try? end.record {
                        operations.append(.remove(.key(places.session(record.session))))
                    }
                }
                guard let outcome = try await transact(EtcdTransaction(then: operations)) else {
                    return false
                }
                // Another coordinator may remove at the same time; each counts what it removed.
                removed += outcome.results.count { $0.count > 0 } / 3
            }
        }
        return removed
    }

    private func ends(_ entries: some Sequence<EtcdEntry>) throws(StoreError) -> [StoredEnd] {
        var ends: [StoredEnd] = []
        for entry in entries { ends.append(try StoredEnd.read(entry)) }
        return ends
    }
}

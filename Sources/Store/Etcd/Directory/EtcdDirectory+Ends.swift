package import Domain
internal import Etcd

/// Ends of sessions: an entry goes, or is marked, in the transaction that keeps the tombstone.
extension EtcdDirectory {
    /// How many records one transaction takes: five operations each, and the last number, of etcd's 128.
    private static let batch = 25
    /// How long the mark of a lost session waits for its client, in seconds.
    private static let lossSeconds = 2 * 60 * 60

    package func end(_ ends: [EndedSessionRecord]) async throws(StoreError) {
        try await bury(ends) { (present) async throws(StoreError) in
            present.map { .remove(.key($0.key)) }
        }
    }

    package func lose(_ losses: [EndedSessionRecord]) async throws(StoreError) {
        let client = client
        try await bury(losses) { (present) async throws(StoreError) in
            let lease: EtcdLease
            do throws(EtcdError) {
                lease = try await client.grantLease(seconds: Self.lossSeconds)
            } catch { throw StoreError(error) }
            var operations: [EtcdTransaction.Operation] = []
            for entry in present {
                operations.append(.put(entry.key, try entry.session.stored.marked.bytes, lease: lease))
            }
            return operations
        }
    }

    /// Keeps tombstones and frees the slots of the sessions, with one operation for the entry of each.
    private func bury(
        _ records: [EndedSessionRecord],
        _ operations:
            @escaping @Sendable ([EtcdEntry]) async throws(StoreError) -> [EtcdTransaction.Operation]
    ) async throws(StoreError) {
        let (store, places, deadline) = (store, places, deadline)
        var seen: Set<SessionLife> = []
        var rest = records.filter { seen.insert($0.session).inserted }[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.batch))
            let ranges = batch.map { EtcdKeyRange.key(places.session($0.session.key)) }
            let _: Bool = try await repeated(until: deadline) { (_) async throws(StoreError) in
                let isDone = try await store.keepNew(of: batch, reading: ranges) {
                    (found) async throws(StoreError) in
                    let present = try Self.present(found, of: batch)
                    guard !present.isEmpty else { return EtcdCompanion() }
                    var companion = EtcdCompanion(
                        conditions: present.map { .isUnchanged($0.key, since: $0.modifyRevision) },
                        operations: try await operations(present)
                    )
                    for entry in present { companion.operations += self.freeing(try entry.session) }
                    return companion
                }
                return isDone ? true : nil
            }
            rest = rest.dropFirst(Self.batch)
        }
    }

    /// The entries that stand for just these sessions; another generation of one never becomes the former again.
    private static func present(
        _ found: [EtcdTransaction.Result],
        of batch: [EndedSessionRecord]
    ) throws(StoreError) -> [EtcdEntry] {
        var present: [EtcdEntry] = []
        for (result, record) in zip(found, batch) {
            guard let entry = result.entries.first else { continue }
            let (stored, known) = try entry.session
            if known.session == record.session, !stored.isLost { present.append(entry) }
        }
        return present
    }
}

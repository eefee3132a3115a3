internal import Domain
package import Etcd
internal import FoundationEssentials

/// A store in etcd, which several coordinators share.
///
/// Whatever is written says by itself whether it was written before: a call whose outcome etcd did not tell is
/// simply made again. Of the records of a call that throws, some may be kept; to keep them again changes nothing.
package struct EtcdStore: Store {
    /// How often a call is made again when others were quicker, or when its outcome was not told.
    private static let attempts = 50
    private static let pause: Duration = .milliseconds(20)

    let client: EtcdClient
    let places: EtcdPlaces

    /// Makes a store; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - client: asks etcd; the store closes it.
    ///   - cluster: the name of the cluster: several may share etcd.
    package init(_ client: EtcdClient, cluster: String) {
        self.client = client
        places = EtcdPlaces(cluster: cluster)
    }

    package func facts() async throws(StoreError) -> NodeFacts { try await keptFacts().facts }

    package func raise(_ facts: NodeFacts) async throws(StoreError) {
        try await repeated { () async throws(StoreError) in
            let (known, revision) = try await keptFacts()
            let raised = known.raised(by: facts)
            guard raised != known else { return true }
            return try await transact(
                EtcdTransaction(
                    if: [EtcdPlaces.condition(places.facts, revision)],
                    then: [.put(places.facts, StoredFacts(raised).bytes)]
                )
            )?.held ?? false
        }
    }

    package func close() async { await client.close() }

    private func keptFacts() async throws(StoreError) -> (facts: NodeFacts, revision: Int64?) {
        guard let entry = try await read(.key(places.facts)).first else { return (NodeFacts(), nil) }
        return (try StoredFacts.read(entry).facts, entry.modifyRevision)
    }

    /// Reads entries.
    func read(
        _ range: EtcdKeyRange,
        limit: Int = 0,
        order: EtcdOrder = .ascending
    ) async throws(StoreError) -> [EtcdEntry] {
        do throws(EtcdError) {
            return try await client.read(range, limit: limit, order: order)
        } catch { throw StoreError(error) }
    }

    /// Carries out a transaction.
    ///
    /// - Returns: what became of it; nil when etcd did not tell.
    func transact(_ transaction: EtcdTransaction) async throws(StoreError) -> EtcdTransaction.Outcome? {
        do throws(EtcdError) {
            return try await client.transact(transaction)
        } catch  where error.kind == .uncertain {
            return nil
        } catch { throw StoreError(error) }
    }

    /// Does something again until it is done.
    ///
    /// - Parameter body: tells whether it is done; it looks anew at what there is each time.
    /// - Throws: what the body throws, or `busy` when it was never done.
    func repeated(_ body: () async throws(StoreError) -> Bool) async throws(StoreError) {
        for attempt in 0..<Self.attempts {
            if try await body() { return }
            // Others write the same at the same time; who waits unequally long is out of step with them.
            try? await Task.sleep(for: Self.pause * Int.random(in: 0...min(attempt, 10)))
            if Task.isCancelled { break }
        }
        throw StoreError(
            .busy,
            "etcd is written by too many at once, or does not tell what it did; try again."
        )
    }
}

extension StoreError {
    /// The meaning of etcd's error for who uses the store.
    init(_ error: EtcdError) {
        let code: Code =
            switch error.kind {
            case .closed: .closed
            case .unavailable, .uncertain: .busy
            case .full: .full
            case .unauthorized: .unusable
            case .malformedAnswer: .foreign
            default: .failed
            }
        self = error.kind == .closed ? .closed : StoreError(code, "\(error)")
    }
}

package import Domain
internal import Etcd

/// Workers that are drained, in etcd.
extension EtcdStore {
    package func keepDrain(_ drain: NodeDrain) async throws(StoreError) {
        let put = EtcdTransaction(then: [.put(places.drain(drain.worker), StoredDrain(drain).bytes)])
        try await repeated { () async throws(StoreError) in try await transact(put) != nil }
    }

    package func removeDrain(of worker: WorkerID) async throws(StoreError) {
        let removal = EtcdTransaction(then: [.remove(.key(places.drain(worker)))])
        try await repeated { () async throws(StoreError) in try await transact(removal) != nil }
    }

    package func drains() async throws(StoreError) -> [NodeDrain] {
        var drains: [NodeDrain] = []
        for entry in try await read(.prefix(places.drains)) {
            let stored = try StoredDrain.read(entry)
            do throws(Failure) { drains.append(try stored.drain) } catch {
                throw StoreError(
                    .damaged,
                    "The value of \(entry.key) in etcd cannot be read: \(error.message)"
                )
            }
        }
        return drains.sorted { $0.worker < $1.worker }
    }
}

/// The wish that a worker is drained.
private struct StoredDrain: EtcdRecord {
    private let worker: String
    private let sinceMilliseconds: UInt64
    private let deadlineMilliseconds: UInt64?

    init(_ drain: NodeDrain) {
        worker = drain.worker.text
        sinceMilliseconds = drain.sinceMilliseconds
        deadlineMilliseconds = drain.deadlineMilliseconds
    }

    var drain: NodeDrain {
        get throws(Failure) {
            NodeDrain(
                worker: try WorkerID(worker),
                sinceMilliseconds: sinceMilliseconds,
                deadlineMilliseconds: deadlineMilliseconds
            )
        }
    }
}

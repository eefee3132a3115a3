package import Domain
package import Etcd
package import Logging

/// The directory in etcd: entries under keys, transactions on them, and one watch that tells of all of them.
///
/// What a coordinator says for as long as it lives stands under its lease, which it renews; etcd removes it when it
/// has not done so for the lease's length.
package actor EtcdDirectory: ClusterDirectory {
    /// By how much earlier than etcd this coordinator takes itself for out of touch.
    static let margin: Duration = .milliseconds(500)
    /// The longest pause before something is tried again.
    private static let pauseLongest: Duration = .milliseconds(200)

    /// What happened, beginning with everything.
    package nonisolated let changes: AsyncStream<DirectoryChange>
    package var touch: CoordinatorTouch? {
        inTouchUntil.map { CoordinatorTouch(until: $0, number: touchNumber) }
    }

    /// Until when this coordinator is in touch; nil while it is not.
    var inTouchUntil: ContinuousClock.Instant?
    /// Counts the leases: what stood under a former one has vanished.
    var touchNumber: UInt64 = 0

    nonisolated let told: AsyncStream<DirectoryChange>.Continuation
    nonisolated let client: EtcdClient
    nonisolated let store: EtcdStore
    nonisolated let places: DirectoryPlaces
    nonisolated let coordinator: CoordinatorRecord
    nonisolated let leaseSeconds: Int
    nonisolated let logger: Logger
    private let patience: Duration

    /// What this coordinator says stands under it; nil while there is none.
    var lease: EtcdLease?
    /// The revision of this coordinator's record; nil while it is not registered.
    var registration: Int64?
    /// Whether it has been.
    var hasRegistered = false
    /// Which places of a pool are taken.
    var slots: [PoolName: PoolSlots] = [:]
    /// The last reading of a pool's slots that was begun or waits, and the one that has not begun.
    var slotReadings: [PoolName: (last: SlotReading, waiting: SlotReading?)] = [:]

    /// Makes a directory; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - client: asks etcd; its owner closes it after ``run()`` has returned.
    ///   - cluster: the name of the cluster: several may share etcd.
    ///   - coordinator: this coordinator.
    ///   - leaseSeconds: after how many seconds out of touch etcd removes what it said; at least 2.
    ///   - patience: after how long a call gives up.
    ///   - logger: where it logs.
    package init(
        _ client: EtcdClient,
        cluster: String,
        coordinator: CoordinatorRecord,
        leaseSeconds: Int = 5,
        patience: Duration = .seconds(5),
        logger: Logger
    ) {
        precondition(leaseSeconds >= 2, "etcd gives no shorter leases")
        self.client = client
        self.coordinator = coordinator
        self.leaseSeconds = leaseSeconds
        self.patience = patience
        self.logger = logger
        store = EtcdStore(client, cluster: cluster)
        places = DirectoryPlaces(cluster: cluster)
        // Its one listener takes what comes without delay: none waits here for long.
        (changes, told) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    package func run() async throws(StoreError) {
        let failure = await withTaskGroup(of: StoreError?.self) { group in
            group.addTask { await self.keepInTouch() }
            group.addTask { await self.follow() }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        await leave()
        told.finish()
        if let failure { throw failure }
    }

    /// Carries out a transaction.
    ///
    /// - Returns: what became of it; nil when etcd did not tell, or when it was to be under a lease that is gone.
    func transact(
        _ transaction: EtcdTransaction,
        under lease: EtcdLease? = nil
    ) async throws(StoreError) -> EtcdTransaction.Outcome? {
        do throws(EtcdError) {
            return try await client.transact(transaction)
        } catch {
            switch error.kind {
            case .uncertain: return nil
            case .leaseNotFound:
                if let lease { forget(lease) }
                return nil
            default: throw StoreError(error)
            }
        }
    }

    /// Reads ranges at one revision.
    func read(_ ranges: [EtcdKeyRange]) async throws(StoreError) -> [EtcdTransaction.Result] {
        do throws(EtcdError) {
            return try await client.transact(EtcdTransaction(then: ranges.map { .read($0) })).results
        } catch { throw StoreError(error) }
    }

    /// Reads a key.
    func read(_ key: String) async throws(StoreError) -> EtcdEntry? {
        try await read([.key(key)]).first?.entries.first
    }

    /// When a call that begins now gives up.
    var deadline: ContinuousClock.Instant { .now + patience }

    /// Does something again until its outcome is known.
    ///
    /// - Parameters:
    ///   - deadline: until when.
    ///   - untold: what is returned then, instead of an error, if etcd did not tell what an attempt did.
    ///   - attempt: looks anew at what there is, and returns nil when it is to be made again; it notes, for the next
    ///     one, that etcd did not tell what it did.
    /// - Returns: what the attempt returned.
    /// - Throws: what the attempt throws, but `busy` only after the deadline.
    func repeated<Value: Sendable>(
        until deadline: ContinuousClock.Instant? = nil,
        whenUntold untold: Value? = nil,
        _ attempt: @escaping @Sendable (_ isUntold: inout Bool) async throws(StoreError) -> Value?
    ) async throws(StoreError) -> Value {
        let deadline = deadline ?? self.deadline
        // A task of its own, awaited here: what has begun is finished also when the caller is cancelled.
        let result = await Task { () async -> Result<Value, StoreError> in
            var last = StoreError(
                .busy,
                "etcd does not tell what it did, or too many write at once; try again."
            )
            var pause: Duration = .milliseconds(5)
            var isUntold = false
            repeat {
                do throws(StoreError) {
                    if let value = try await attempt(&isUntold) { return .success(value) }
                } catch {
                    guard error.code == .busy else { return .failure(error) }
                    last = error
                }
                // Who waits unequally long is out of step with others that write the same.
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, Self.pauseLongest)
            } while ContinuousClock.now < deadline
            if isUntold, let untold { return .success(untold) }
            return .failure(last)
        }.value
        return try result.get()
    }
}

internal import ClusterState
package import Domain
internal import Logging
internal import Store

/// Where a coordinator begins with the generations, so that they grow also when the clock was set back.
struct GenerationStart: Sendable {
    /// No generation greater than this one was handed out before.
    let last: SessionGeneration
    /// Up to where the store knows of generations.
    let reserved: SessionGeneration
}

extension GenerationStart {
    /// Asks the store, and reserves the first generations in it.
    ///
    /// - Parameters:
    ///   - store: what former coordinators have left.
    ///   - epochMilliseconds: the time of day.
    ///   - logger: where it logs that nothing could be written.
    /// - Throws: why the store cannot be read. One that cannot be written now is written later.
    init(store: any Store, epochMilliseconds: UInt64, logger: Logger) async throws(StoreError) {
        let known = try await store.facts().greatestGeneration
        let last = max(known, SessionGeneration(epochMilliseconds))
        let reservation = SessionGeneration(last.number + UnrecordedFacts.reserve)
        do throws(StoreError) {
            try await store.raise(NodeFacts(greatestGeneration: reservation, hasServed: true))
            self.init(last: last, reserved: reservation)
        } catch {
            logger.error("the store cannot be written", metadata: ["reason": "\(error)"])
            self.init(last: last, reserved: known)
        }
    }
}

extension CoordinatorConfiguration {
    /// Opens the store of a coordinator that is alone.
    func openStore(logger: Logger) async throws(StoreError) -> any Store {
        guard let storePath else { return MemoryStore() }
        return try await SQLiteStore.open(at: storePath, logger: logger)
    }
}

/// Whose facts a keeper writes down.
protocol UnrecordedSource: Sendable {
    /// Tells that there is something to write; for one listener.
    var unrecordedArrivals: AsyncStream<Void> { get }
    /// What is to be written next.
    func nextUnrecorded(most: Int) async -> UnrecordedBatch
    /// The store has taken it.
    func recorded(_ batch: UnrecordedBatch) async
    /// The ends of an identifier's sessions that are in memory.
    func rememberedEnds(of key: SessionKey) async -> [EndedSessionRecord]
}

/// Writes tombstones to the store, in batches and soon after they arise, and removes the old ones.
///
/// No trouble of the store ends the coordinator: what cannot be written waits in a bounded queue.
package struct TombstoneKeeper: Sendable {
    /// A tombstone can be read for this long at least.
    static let shortestRetention: Duration = .seconds(60 * 60)
    /// How many records one transaction writes.
    private static let batchCount = 500
    /// How many records the store has at most, about 300 MB.
    private static let recordsMax = 1_000_000
    private static let pruneInterval: Duration = .seconds(10 * 60)
    private static let longestPause: Duration = .seconds(30)

    private let store: any Store
    private let directory: (any ClusterDirectory)?
    private let retention: Duration
    private let source: any UnrecordedSource
    private let logger: Logger

    /// Makes a keeper.
    ///
    /// - Parameters:
    ///   - store: where it writes.
    ///   - directory: what takes the ends of sessions, and their tombstones with them, where there is one.
    ///   - retention: how long tombstones are kept; less than an hour is taken as an hour.
    ///   - source: whose facts it writes.
    ///   - logger: where it logs.
    init(
        store: any Store,
        directory: (any ClusterDirectory)? = nil,
        retention: Duration,
        source: any UnrecordedSource,
        logger: Logger
    ) {
        self.store = store
        self.directory = directory
        self.retention = max(retention, Self.shortestRetention)
        self.source = source
        self.logger = logger
    }

    /// Closes the store after what waits is written.
    func finish() async {
        await flush()
        await store.close()
    }

    /// Writes and prunes until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await writeArrivals() }
            group.addTask { await pruneRegularly() }
        }
    }

    /// Writes what waits, at shutdown; it gives up at the first refusal.
    func flush() async {
        while true {
            switch await writeBatch() {
            case .nothing: return
            case .written: break
            case .refused(let error, let waiting):
                return logger.error(
                    "tombstones are lost at shutdown",
                    metadata: ["count": "\(waiting)", "reason": "\(error)"]
                )
            }
        }
    }

    /// The ends of an identifier's sessions, from the store and from memory.
    ///
    /// - Parameters:
    ///   - key: the sessions' name.
    ///   - most: how many at most; then the newest.
    /// - Returns: the records, oldest first; while the store cannot be read, those in memory.
    package func endedSessions(of key: SessionKey, most: Int = 100) async -> [EndedSessionRecord] {
        let remembered = await source.rememberedEnds(of: key)
        var kept: [EndedSessionRecord] = []
        do throws(StoreError) {
            kept = try await store.records(of: key, most: most)
        } catch {
            logger.warning("the store cannot be read", metadata: ["reason": "\(error)"])
        }
        let known = Set(kept.map(\.session))
        let all = kept + remembered.filter { !known.contains($0.session) }
        return all.sorted { $0.epochMilliseconds < $1.epochMilliseconds }.suffix(most)
    }

    /// Removes what is older than the retention.
    func prune() async {
        let now = WallClock.milliseconds
        let age = min(UInt64(clamping: retention.components.seconds), now / 1_000) * 1_000
        do throws(StoreError) {
            let count = try await store.removeRecords(
                endedBefore: now - age,
                beyondNewest: Self.recordsMax
            )
            if count > 0 { logger.debug("old tombstones removed", metadata: ["count": "\(count)"]) }
        } catch {
            logger.warning("old tombstones cannot be removed", metadata: ["reason": "\(error)"])
        }
    }

    private func writeArrivals() async {
        for await _ in source.unrecordedArrivals {
            var failures = 0
            writing: while !Task.isCancelled {
                switch await writeBatch() {
                case .nothing: break writing
                case .written:
                    if failures > 0 { logger.notice("the store takes tombstones again") }
                    failures = 0
                case .refused(let error, let waiting):
                    failures += 1
                    logger.error(
                        "the store does not take tombstones; they wait in memory",
                        metadata: ["waiting": "\(waiting)", "attempt": "\(failures)", "reason": "\(error)"]
                    )
                    let pause: Duration = .milliseconds(250) * (1 << min(failures, 10))
                    try? await Task.sleep(for: min(pause, Self.longestPause))
                }
            }
        }
    }

    private enum Step {
        case nothing
        case written
        case refused(StoreError, waiting: Int)
    }

    private func writeBatch() async -> Step {
        let batch = await source.nextUnrecorded(most: Self.batchCount)
        if batch.droppedCount > 0 {
            logger.warning(
                "tombstones gave way before the store took them",
                metadata: ["count": "\(batch.droppedCount)"]
            )
        }
        guard !batch.isEmpty else { return .nothing }
        do throws(StoreError) {
            if let reservation = batch.reservation {
                try await store.raise(NodeFacts(greatestGeneration: reservation, hasServed: true))
            }
            if let directory {
                // A worker that fenced itself tells so, perhaps before any coordinator has marked its sessions.
                let isLoss = { (record: EndedSessionRecord) in record.cause == .workerLost }
                try await directory.lose(batch.records.filter(isLoss))
                try await directory.end(batch.records.filter { !isLoss($0) })
            } else {
                try await store.keep(batch.records)
            }
        } catch {
            return .refused(error, waiting: batch.waitingCount)
        }
        await source.recorded(batch)
        return .written
    }

    private func pruneRegularly() async {
        while !Task.isCancelled {
            await prune()
            try? await Task.sleep(for: Self.pruneInterval)
        }
    }
}

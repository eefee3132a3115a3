package import Domain
internal import Logging
internal import Store

/// Keeps the control plane's pools in the store and has the cluster run them.
///
/// The store comes first: whatever happens after it, the next start finds the new state.
package actor PoolKeeper: PoolControl {
    /// What a record means for the cluster.
    package typealias Meaning = @Sendable (PoolRecord) throws(Failure) -> PoolConfiguration

    /// How many sessions of a removed pool are ended at the same time.
    private static let stopsAtOnce = 16
    /// How often it is looked for sessions whose pool is gone: some turn up late, such as those of a former coordinator.
    private static let sweepInterval: Duration = .seconds(5)

    /// The pools that stand in the configuration.
    package nonisolated let declaredPools: [PoolConfiguration]
    private let store: any PoolStore
    private let node: CoordinatorNode
    private let dispatcher: Dispatcher
    private let logger: Logger
    private var records: [PoolName: PoolRecord] = [:]
    /// What a record means; set by loading.
    private var meaning: Meaning?
    /// How often ``records`` was changed here.
    private var changeCount = 0
    /// The pools that somebody changes right now.
    private var changing: Set<PoolName> = []
    private let removals: AsyncStream<Void>
    private let removed: AsyncStream<Void>.Continuation

    /// Makes a keeper that knows no pools yet.
    ///
    /// - Parameters:
    ///   - declaredPools: the pools that stand in the configuration.
    ///   - store: where records are kept.
    ///   - node: the coordinator's actor.
    ///   - dispatcher: how sessions are ended.
    ///   - logger: where it logs.
    init(
        declaredPools: [PoolConfiguration],
        store: any PoolStore,
        node: CoordinatorNode,
        dispatcher: Dispatcher,
        logger: Logger
    ) {
        self.declaredPools = declaredPools
        self.store = store
        self.node = node
        self.dispatcher = dispatcher
        self.logger = logger
        (removals, removed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads the records and has the cluster run them; called once, before requests come.
    ///
    /// - Parameter meaning: what a record means; one that means nothing to this version is kept and not run.
    /// - Throws: `notReady` when the store cannot be read.
    package func load(_ meaning: @escaping Meaning) async throws(Failure) {
        self.meaning = meaning
        try await reload()
    }

    /// Reads the records again, which another coordinator may have changed, and has the cluster run what they say.
    ///
    /// - Throws: `notReady` when the store cannot be read.
    package func reload() async throws(Failure) {
        var kept: [PoolRecord]
        var count: Int
        repeat {
            count = changeCount
            kept = try await stored { () async throws(StoreError) in try await store.pools() }
            // What was read may be older than what was changed here meanwhile.
        } while count != changeCount
        let former = records
        // One that is just being changed here is taken over by who changes it.
        for record in kept where !isDeclared(record.name) && !changing.contains(record.name) {
            records[record.name] = record
        }
        let names = Set(kept.map(\.name))
        let gone = former.keys.filter { !names.contains($0) && !changing.contains($0) }
        for name in gone { records[name] = nil }
        for record in records.values where former[record.name] != record { await define(record) }
        for name in gone { await node.removePool(name) }
        if !gone.isEmpty { removed.yield() }
    }

    private func define(_ record: PoolRecord) async {
        guard let meaning else { return }
        do throws(Failure) {
            await node.define(try meaning(record))
        } catch {
            logger.error(
                "a pool cannot be run by this version",
                metadata: ["pool": "\(record.name)", "reason": "\(error.message)"]
            )
        }
    }

    package func pools() -> [PoolRecord] { records.values.sorted { $0.name.text < $1.name.text } }

    package func birth(of name: PoolName) -> UInt64? {
        isDeclared(name) ? 0 : records[name]?.createdMilliseconds
    }

    package func keep(
        _ record: PoolRecord,
        as configuration: PoolConfiguration,
        replacing present: PoolRecord?
    ) async throws(Failure) {
        try await change(record.name, from: present) { () async throws(Failure) in
            let isKept = try await stored { () async throws(StoreError) in
                try await store.keep(record, replacing: present)
            }
            guard isKept else { return false }
            changeCount += 1
            records[record.name] = record
            await node.define(configuration)
            return true
        }
    }

    package func remove(_ record: PoolRecord) async throws(Failure) {
        try await change(record.name, from: record) { () async throws(Failure) in
            let isRemoved = try await stored { () async throws(StoreError) in
                try await store.removePool(record.name, replacing: record)
            }
            guard isRemoved else { return false }
            changeCount += 1
            records[record.name] = nil
            await node.removePool(record.name)
            removed.yield()
            return true
        }
    }

    package func isEnding(_ name: PoolName) async -> Bool {
        guard records[name] == nil, !isDeclared(name) else { return false }
        return await !node.placements(in: name).isEmpty
    }

    private func change(
        _ name: PoolName,
        from present: PoolRecord?,
        _ body: () async throws(Failure) -> Bool
    ) async throws(Failure) {
        guard !isDeclared(name) else {
            throw Failure(
                .propertyChangeNotAllowed,
                "The pool \(name) stands in the configuration of the coordinator. Change it there, or take another name."
            )
        }
        guard try await isChanged(name, from: present, body) else {
            throw Failure(
                .anotherOperationInProgress,
                "The pool \(name) is just being changed or removed. Try again.",
                retryAfterSeconds: 1
            )
        }
    }

    /// Changes a pool, if nobody else does and it is as the caller knows it.
    private func isChanged(
        _ name: PoolName,
        from present: PoolRecord?,
        _ body: () async throws(Failure) -> Bool
    ) async throws(Failure) -> Bool {
        guard changing.insert(name).inserted else { return false }
        do throws(Failure) {
            let isEnding = await isEnding(name)
            let isKnown = records[name] == present && !isEnding
            let isDone = isKnown ? try await body() : false
            changing.remove(name)
            // Another coordinator was quicker: whoever tries again has to know what it made.
            if isKnown, !isDone { try await reload() }
            return isDone
        } catch {
            changing.remove(name)
            throw error
        }
    }

    private func isDeclared(_ name: PoolName) -> Bool { declaredPools.contains { $0.name == name } }

    // The store's sentence has its path in it and may reach a client.
    private func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(Failure) -> Value {
        do throws(StoreError) {
            return try await body()
        } catch {
            logger.error("pools cannot be kept or read", metadata: ["reason": "\(error)"])
            throw Failure(
                .notReady,
                "The store of the pools cannot be used now (\(error.code)); the coordinator's log has more.",
                retryAfterSeconds: 5
            )
        }
    }
}

extension PoolKeeper {
    /// Ends sessions whose pool is gone, until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in self.removals { await self.endSessionsWithoutPool() } }
            group.addTask {
                while (try? await Task.sleep(for: Self.sweepInterval)) != nil { self.removed.yield() }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func endSessionsWithoutPool() async {
        // A pool whose record means nothing to this version is no pool that was removed.
        var left = await node.sessionsWithoutPool().filter { records[$0.pool] == nil }[...]
        while !left.isEmpty, !Task.isCancelled {
            await withTaskGroup(of: Void.self) { group in
                for session in left.prefix(Self.stopsAtOnce) {
                    // One that could not be ended now is found again.
                    group.addTask { try? await self.dispatcher.stop(session, cause: .poolDeleted) }
                }
            }
            left = left.dropFirst(Self.stopsAtOnce)
        }
    }
}

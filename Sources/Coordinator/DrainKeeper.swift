package import Domain
internal import Logging
internal import Store

/// Keeps the wishes to drain workers in the store and has the cluster follow them.
///
/// The store comes first: whatever happens after it, the next start finds the new state.
package actor DrainKeeper: NodeControl {
    private let store: any NodeStore
    private let directory: (any ClusterDirectory)?
    private let node: CoordinatorNode
    private let logger: Logger

    /// Makes a keeper that knows no wishes yet.
    ///
    /// - Parameters:
    ///   - store: where wishes are kept.
    ///   - directory: what the coordinators share; nil for one that is alone.
    ///   - node: the coordinator's actor.
    ///   - logger: where it logs.
    init(store: any NodeStore, directory: (any ClusterDirectory)?, node: CoordinatorNode, logger: Logger) {
        self.store = store
        self.directory = directory
        self.node = node
        self.logger = logger
    }

    /// Reads the wishes and has the cluster follow them: before requests come, and whenever another coordinator may
    /// have changed them.
    ///
    /// - Throws: `notReady` when the store cannot be read.
    package func reload() async throws(Failure) {
        await node.setDrains(try await stored { () async throws(StoreError) in try await store.drains() })
    }

    package func drain(_ name: String, within deadline: Duration?) async throws(Failure) {
        let worker = try await known(name)
        let now = WallClock.milliseconds
        let wish = NodeDrain(
            worker: worker,
            sinceMilliseconds: await node.drain(of: worker)?.sinceMilliseconds ?? now,
            deadlineMilliseconds: deadline.map { now + UInt64(clamping: $0.components.seconds) * 1_000 }
        )
        try await stored { () async throws(StoreError) in try await store.keepDrain(wish) }
        await node.drain(wish)
        logger.notice("worker drains", metadata: ["worker": "\(worker)"])
    }

    package func undrain(_ name: String) async throws(Failure) {
        let worker = try await known(name)
        guard await node.drain(of: worker) != nil else { return }
        try await stored { () async throws(StoreError) in try await store.removeDrain(of: worker) }
        await node.undrain(worker)
        logger.notice("worker drains no more", metadata: ["worker": "\(worker)"])
    }

    package func remove(_ name: String) async throws(Failure) {
        if let directory, await node.isOtherCoordinator(name) {
            return try await removeShared(name, from: directory)
        }
        let worker = try await known(name)
        if let objection = await node.objection(toForgetting: worker) { throw objection }
        try await stored { () async throws(StoreError) in try await store.removeDrain(of: worker) }
        if let directory { try await removeShared(name, from: directory) }
        try await node.forget(worker)
        logger.notice("worker is removed", metadata: ["worker": "\(worker)"])
    }

    /// Takes a node out of what the coordinators share.
    private func removeShared(_ name: String, from directory: any ClusterDirectory) async throws(Failure) {
        let isRemoved = try await stored { () async throws(StoreError) in
            try await directory.removeNode(name)
        }
        guard !isRemoved else { return }
        throw Failure(
            .nodeInUse,
            "\(name) is in touch with the cluster, or not known to be lost yet. Stop it, wait until `cloister node list` says that it is gone, and try again."
        )
    }

    private func known(_ name: String) async throws(Failure) -> WorkerID {
        guard let worker = try? WorkerID(name), await node.knows(worker) else {
            throw Failure(.resourceNotFound, "There is no worker of this name.")
        }
        return worker
    }

    // The store's sentence has its path in it and may reach a client.
    private func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(Failure) -> Value {
        do throws(StoreError) {
            return try await body()
        } catch {
            logger.error("what workers drain cannot be kept or read", metadata: ["reason": "\(error)"])
            throw Failure(
                .notReady,
                "The coordinator's store cannot be used now (\(error.code)); its log has more.",
                retryAfterSeconds: 5
            )
        }
    }
}

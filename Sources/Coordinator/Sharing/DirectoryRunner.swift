internal import ClusterState
internal import Domain
internal import Logging
internal import Store

/// Between the coordinator's actor and the directory that it shares: changes in, orders out.
struct DirectoryRunner: Sendable {
    let node: CoordinatorNode
    let directory: any ClusterDirectory
    let logger: Logger

    /// Carries out orders and tells of changes until cancelled, or until the directory refuses this coordinator.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keepInTouch() }
            group.addTask { for await change in directory.changes { await node.directoryChanged(change) } }
            group.addTask { await carryOutOrders() }
            await group.next()
            group.cancelAll()
        }
    }

    private func keepInTouch() async {
        do throws(StoreError) {
            try await directory.run()
        } catch {
            logger.critical("the shared directory refuses this coordinator", metadata: ["reason": "\(error)"])
        }
    }

    private func carryOutOrders() async {
        await withDiscardingTaskGroup { group in
            for await order in node.directoryOrders {
                group.addTask {
                    do throws(StoreError) {
                        try await carryOut(order)
                    } catch {
                        // The cluster's state directs it again as long as it is not so.
                        logger.warning(
                            "the shared directory does not answer",
                            metadata: ["reason": "\(error)"]
                        )
                        if case .hear(let life, _, _, .some) = order { await node.linkFailed(to: life) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func carryOut(_ order: DirectoryOrder) async throws(StoreError) {
        switch order {
        case .hear(let life, let address, let revision, let sessions):
            switch try await directory.hear(life, at: address, replacing: revision) {
            case .heard(let record, let touch, let revision):
                let hearing = DirectoryHearing(touch: touch, revision: revision)
                await node.workerHeard(life, record: record, hearing: hearing, sessions: sessions)
            case .superseded: await node.workerSuperseded(life, address: address)
            case .changed:
                // It announces itself again, and is asked again.
                if sessions != nil { await node.linkFailed(to: life) }
            }
        case .unhear(let life, let revision): try await directory.unhear(life, upTo: revision)
        case .declareLost(let record):
            if try await directory.declareLost(record) {
                logger.notice("worker declared lost", metadata: ["worker": "\(record.life)"])
            }
        case .markLost(let records): try await directory.lose(records)
        case .takeLoss(let session): _ = try await directory.takeLoss(of: session)
        }
    }
}

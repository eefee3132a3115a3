internal import ClusterState
internal import Domain

/// Workers that are drained, and those that are not there any more.
extension CoordinatorNode {
    /// Takes over all wishes that are kept.
    func setDrains(_ drains: [NodeDrain]) { apply { cluster, _ in cluster.setDrains(drains) } }

    /// Lets a worker run empty.
    func drain(_ drain: NodeDrain) { apply { cluster, _ in cluster.drain(drain) } }

    /// Lets a worker get new sessions again.
    func undrain(_ worker: WorkerID) { cluster.undrain(worker) }

    /// The wish for a worker.
    func drain(of worker: WorkerID) -> NodeDrain? { cluster.drain(of: worker) }

    /// Whether a worker is present, lost or to be drained.
    func knows(_ worker: WorkerID) -> Bool { cluster.knows(worker) }

    /// Whether a name is that of another coordinator.
    func isOtherCoordinator(_ name: String) -> Bool {
        name != self.name && cluster.coordinators.contains { $0.record.name == name }
    }

    /// Why a worker cannot be forgotten now.
    func objection(toForgetting worker: WorkerID) -> Failure? { cluster.objection(toForgetting: worker) }

    /// Forgets a worker, unless it got sessions since it was asked whether it can be.
    func forget(_ worker: WorkerID) throws(Failure) {
        if let objection = cluster.objection(toForgetting: worker), objection.code == .nodeInUse {
            throw objection
        }
        apply { $0.forget(worker, at: $1) }
    }
}

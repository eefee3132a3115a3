internal import Domain
internal import Lifecycle
internal import Wire

/// The lease: who calls this worker, and what ends when nobody does any more.
extension WorkerNode {
    func renewLease(for length: Duration) {
        lease.renew(for: length, now: .now)
        leaseChanges.notify()
    }

    func pong(lease length: Duration, acknowledged: UInt64) -> Answer {
        renewLease(for: length)
        lastPing = .now
        ended.acknowledge(upTo: acknowledged)
        return .pong(
            Pong(
                epoch: epoch,
                capacity: configuration.capacity,
                sessionCount: sandboxes.count,
                isAccepting: hasRoom,
                ended: ended.pending
            )
        )
    }

    /// Ends what has to end: all sessions when the lease is lost, before anyone may begin them
    /// elsewhere, and those that were superseded.
    func watchLease() async {
        while !Task.isCancelled {
            fenceIfLeaseIsLost()
            if let (sandbox, cause) = condemned.popLast() {
                await sandbox.finish(cause)
                // More may have come meanwhile: only who finds nothing goes on without an `await`.
                continue
            }
            let subscription = leaseChanges.subscribe()
            await subscription.wait(until: lease.expiry ?? .now + .seconds(60))
            leaseChanges.unsubscribe(subscription)
        }
    }

    /// A coordinator refused the announcement.
    ///
    /// - Parameter failure: why; `staleAddressee` asks for a new epoch.
    func announcementRefused(_ failure: Failure) {
        // With a lease the refusal is an old one: some coordinator has called since then.
        guard failure.code == .staleAddressee, !lease.isHeld(.now) else { return }
        beginNewEpoch()
    }

    func fenceIfLeaseIsLost() {
        guard lease.expiry != nil, !lease.isHeld(.now) else { return }
        beginNewEpoch()
    }

    private func beginNewEpoch() {
        lease.release()
        lastPing = nil
        epoch = epoch.next
        // Out of the list at once: a coordinator that calls in the new epoch must not take them for alive.
        for sandbox in sandboxes.values { dismiss(sandbox, cause: .workerLost) }
        leaseChanges.notify()
    }

    /// What the worker says of itself while no coordinator calls it.
    ///
    /// - Parameters:
    ///   - address: where its inbox is.
    ///   - silence: how long no ping may have come.
    /// - Returns: the announcement, or nil when a coordinator calls.
    func announcement(address: String, afterSilenceOf silence: Duration) -> Announcement? {
        if let lastPing, lastPing.duration(to: .now) < silence { return nil }
        return Announcement(
            worker: configuration.id,
            address: address,
            epoch: epoch,
            capacity: configuration.capacity
        )
    }
}

internal import Domain
internal import Lifecycle
internal import Wire

/// The lease: who calls this worker, and what ends when nobody does any more.
extension WorkerNode {
    /// Notes what a coordinator gives.
    ///
    /// - Parameters:
    ///   - length: how long the lease is.
    ///   - standing: what the coordinator told of itself.
    ///   - since: when the answer was given from which that counts, since this worker's start; nil for now.
    func renewLease(for length: Duration, standing: CoordinatorStanding?, since: Duration? = nil) {
        leases.renew(for: length, standing: standing, since: since.map { start.advanced(by: $0) }, now: .now)
        if let standing, standing.rosterRevision >= roster.revision {
            roster = (standing.rosterRevision, standing.addresses)
        }
        leaseChanges.notify()
    }

    func pong(acknowledged: UInt64) -> Answer {
        ended.acknowledge(upTo: acknowledged)
        return .pong(
            Pong(
                epoch: epoch,
                capacity: configuration.capacity,
                sessionCount: sandboxes.count,
                isAccepting: hasRoom,
                ended: ended.pending,
                isInTouch: leases.isInTouch(.now),
                sentAt: start.duration(to: .now)
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
            await subscription.wait(until: leases.expiry ?? .now + .seconds(60))
            leaseChanges.unsubscribe(subscription)
        }
    }

    /// A coordinator refused the announcement.
    ///
    /// - Parameter failure: why; `staleAddressee` asks for a new epoch.
    func announcementRefused(_ failure: Failure) {
        // With a lease the refusal is an old one: some coordinator has called since then.
        guard failure.code == .staleAddressee, !leases.isHeld(.now) else { return }
        beginNewEpoch()
    }

    func fenceIfLeaseIsLost() {
        guard let expiry = leases.expiry, expiry <= .now else { return }
        beginNewEpoch()
    }

    private func beginNewEpoch() {
        leases.release()
        epoch = epoch.next
        // Out of the list at once: a coordinator that calls in the new epoch must not take them for alive.
        for sandbox in sandboxes.values { dismiss(sandbox, cause: .workerLost) }
        leaseChanges.notify()
    }

    /// What the worker says of itself while not all coordinators call it.
    ///
    /// - Parameters:
    ///   - address: where its inbox is.
    ///   - configured: the coordinators that the worker was told of at its start; more may have told of each other.
    ///   - silence: how long one may be silent that calls.
    /// - Returns: the announcement and where it goes, or nil when all of them call.
    func announcement(
        address: String,
        unlessCalledBy configured: [String],
        afterSilenceOf silence: Duration
    ) -> (announcement: Announcement, coordinators: [String])? {
        // Who is configured by another name than its own is counted once.
        let count = max(configured.count, roster.addresses.count)
        guard leases.callerCount(since: .now - silence) < count else { return nil }
        let announcement = Announcement(
            worker: configuration.id,
            address: address,
            epoch: epoch,
            capacity: configuration.capacity
        )
        return (announcement, configured + roster.addresses.filter { !configured.contains($0) })
    }
}

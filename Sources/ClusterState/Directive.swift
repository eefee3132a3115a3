package import Domain

/// What the coordinator has to carry out after an event, in the given order.
///
/// None of it has to succeed: what fails comes back as an event, or is directed again.
package enum Directive: Hashable, Sendable {
    /// Open a link to a worker's life, unless there is one, and ask for its sessions.
    case openLink(WorkerLife, address: String)
    /// Close the link to a life; what waits for its answers fails.
    case closeLink(WorkerLife)
    /// Ping a worker.
    case ping(WorkerLife, Ping)
    /// Tell an announced worker why it is not called; `staleAddressee` asks it for a new epoch.
    case refuse(WorkerLife, address: String, Failure)
    /// Nothing to do but to tell: the worker serves from now on.
    case workerServes(WorkerLife)
    /// Nothing to do but to tell: the worker is silent and gets no new sessions.
    case workerSuspected(WorkerLife)
    /// Nothing to do but to tell: a suspected worker answered.
    case workerRecovered(WorkerLife)
    /// Fail what waits for these sessions with `sessionLost`; for each client told so, call
    /// ``Cluster/lossWasTold(of:)``.
    case workerLost(WorkerLife, sessions: [Placement])
    /// Nothing to do but to tell: a draining worker has no sessions any more.
    case workerDrained(WorkerLife)
    /// Tell a worker to end a session, and report the answer with ``Cluster/sessionEnded(_:on:cause:at:)``.
    case stopSession(Placement)
    /// Keep the record of a session's end, and take it out of the shared directory; then call
    /// ``Cluster/endsWritten(_:)``.
    case keepTombstone(Tombstone)

    // What only coordinators that share a directory have to do.

    /// Tell the directory that this coordinator hears a life, then call
    /// ``Cluster/workerHeard(_:record:touch:sessions:at:)`` or ``Cluster/lifeEnded(_:at:)``. Sessions are nil when
    /// it was a member all along.
    case hear(WorkerLife, address: String, replacing: UInt64?, sessions: [SessionLife]?)
    /// Tell the directory that this coordinator does not hear a life any more.
    case unhear(WorkerLife)
    /// Declare a worker lost, if the directory agrees that nobody hears it.
    case declareLost(WorkerRecord)
    /// Mark sessions as lost whose worker's life is over, with their tombstones.
    case markLost([Tombstone])
    /// Take away the mark of a lost session: its client was told.
    case takeLoss(SessionLife)
    /// Ask the worker whether it has a session, and report it as begun or ended.
    case confirm(Placement)
}

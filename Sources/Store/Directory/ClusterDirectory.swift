package import Domain

/// What the coordinators of a cluster share of it: where sessions are, which life of a worker counts, and who hears it.
///
/// Every call is one transaction on the newest state, whatever was told of it so far: it happens as a whole or, when
/// it throws, not at all; one whose outcome was not told is looked up or made again. A call that has begun is finished
/// also when its task is cancelled. While the directory cannot be reached, calls throw `busy` within some seconds.
package protocol ClusterDirectory: Sendable {
    /// What happened, beginning with everything; one listener, who takes it without delay.
    var changes: AsyncStream<DirectoryChange> { get }

    /// How long this coordinator is in touch; nil before the first time.
    var touch: CoordinatorTouch? { get async }

    /// Registers this coordinator in the place of its former life, keeps in touch, and tells what happens, until
    /// cancelled; then it takes its registration and its hearing of workers back.
    ///
    /// When it was out of touch for so long that its hearing of workers has vanished, it is registered again, and
    /// whoever is still heard has to be told to ``hear(_:at:replacing:)`` anew.
    ///
    /// - Throws: why the directory will never take it: it refuses this user.
    func run() async throws(StoreError)

    /// Reads the newest entry of an identifier.
    ///
    /// - Parameter key: the session's name.
    /// - Returns: its entry, if it has one.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func entry(of key: SessionKey) async throws(StoreError) -> DirectoryEntry?

    /// Says that this coordinator hears a worker's life, and makes it the life that counts.
    ///
    /// - Parameters:
    ///   - life: the life; it has answered after `revision` was known.
    ///   - address: where it is reached.
    ///   - revision: of the worker's record that was known when the life was asked; nil for none.
    /// - Returns: what became of it.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func hear(
        _ life: WorkerLife,
        at address: String,
        replacing revision: UInt64?
    ) async throws(StoreError) -> HearingOutcome

    /// Takes back that this coordinator hears a worker.
    ///
    /// It may be carried out after the life was heard again, and must not take that back.
    ///
    /// - Parameters:
    ///   - life: the life that it heard.
    ///   - revision: what was said after this revision stays.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func unhear(_ life: WorkerLife, upTo revision: UInt64) async throws(StoreError)

    /// Declares the life of a record lost, unless some coordinator hears it or the record has changed.
    ///
    /// - Parameter record: the record.
    /// - Returns: whether it is lost now.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func declareLost(_ record: WorkerRecord) async throws(StoreError) -> Bool

    /// Removes a worker that is lost, or a coordinator that is not in touch, from what is shared.
    ///
    /// - Parameter name: its name.
    /// - Returns: whether there was one that could be removed.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func removeNode(_ name: String) async throws(StoreError) -> Bool

    /// Places a session for an identifier that has none: create-if-absent.
    ///
    /// - Parameters:
    ///   - key: the session's name.
    ///   - worker: the record of the worker that shall have it; its life has to count still.
    ///   - most: the pool's `maxConcurrentSessions`, which all coordinators together never exceed.
    /// - Returns: what became of it.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func place(
        _ key: SessionKey,
        on worker: WorkerRecord,
        most: Int
    ) async throws(StoreError) -> PlacingOutcome

    /// Moves a session that its worker refused for good to another one, under a new generation.
    ///
    /// - Parameters:
    ///   - session: the session that was refused.
    ///   - worker: the record of the worker that shall have it.
    /// - Returns: what became of it; never `full`.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func move(_ session: SessionLife, to worker: WorkerRecord) async throws(StoreError) -> PlacingOutcome

    /// Takes out a session that no worker took; it leaves no tombstone.
    ///
    /// - Parameter session: the session; another generation of it stays.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func release(_ session: SessionLife) async throws(StoreError)

    /// Takes out sessions that ended, and keeps their tombstones; one that is kept already stays as it is.
    ///
    /// - Parameter ends: their records, some hundreds at most; another generation of a session stays where it is.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func end(_ ends: [EndedSessionRecord]) async throws(StoreError)

    /// Marks sessions as lost whose worker's life counts no more, frees their room, and keeps their tombstones.
    ///
    /// - Parameter losses: their records, some hundreds at most; another generation of a session stays where it is.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func lose(_ losses: [EndedSessionRecord]) async throws(StoreError)

    /// Takes the mark of a lost session away, for the one client that is told of it.
    ///
    /// - Parameter session: the lost session.
    /// - Returns: whether it was there; of several who take it, one gets it. True also when it may have been taken by
    ///   this call: rather may two clients be told of a loss than none.
    /// - Throws: `busy` when the directory cannot be reached, or why it refuses.
    func takeLoss(of session: SessionLife) async throws(StoreError) -> Bool
}

/// How long a coordinator is in touch with the directory.
package struct CoordinatorTouch: Hashable, Sendable {
    /// Before that nobody sees vanish what this coordinator has said under this touch.
    ///
    /// It counts from before the last
    /// renewal was sent, less a margin for clocks that do not run equally fast.
    package let until: ContinuousClock.Instant
    /// Counts the times that touch was lost: what was said under another one has vanished, and is to be said anew.
    package let number: UInt64

    /// Makes a touch.
    ///
    /// - Parameters:
    ///   - until: before that nobody sees vanish what was said under it.
    ///   - number: counts the times that touch was lost.
    package init(until: ContinuousClock.Instant, number: UInt64) {
        self.until = until
        self.number = number
    }
}

/// What became of the wish to be known as hearing a worker.
package enum HearingOutcome: Hashable, Sendable {
    /// The life counts, and this coordinator hears it, under the touch of this number, since this revision.
    case heard(WorkerRecord, touch: UInt64, revision: UInt64)
    /// That life was declared lost or has given way to another one; it will never count again.
    case superseded
    /// The record has changed since; ask the worker again.
    case changed
}

/// What became of the wish to place a session.
package enum PlacingOutcome: Hashable, Sendable {
    /// It is placed now.
    case placed(DirectoryEntry)
    /// The identifier has this entry already.
    case existing(DirectoryEntry)
    /// The identifier has no entry any more.
    case absent
    /// The pool has this many sessions, which is all that it may have.
    case full(Int)
    /// The worker's life counts no more.
    case workerChanged
}

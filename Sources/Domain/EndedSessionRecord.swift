/// The kept record of a session's end: a tombstone as the store has it and the API shows it.
package struct EndedSessionRecord: Hashable, Sendable {
    /// The session that ended.
    package let session: SessionLife
    /// The stable name of the cause; one of another version's stays as it is.
    package let causeName: String
    /// When the coordinator learned of it, in milliseconds since 1970.
    package let epochMilliseconds: UInt64
    /// The worker that had it.
    package let worker: WorkerID

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - session: the session that ended.
    ///   - cause: why it ended.
    ///   - epochMilliseconds: when the coordinator learned of it, in milliseconds since 1970.
    ///   - worker: the worker that had it.
    package init(session: SessionLife, cause: EndCause, epochMilliseconds: UInt64, worker: WorkerID) {
        self.init(
            session: session,
            causeName: cause.name,
            epochMilliseconds: epochMilliseconds,
            worker: worker
        )
    }

    /// Makes a record as it was read.
    ///
    /// - Parameters:
    ///   - session: the session that ended.
    ///   - causeName: the stable name of the cause.
    ///   - epochMilliseconds: when the coordinator learned of it, in milliseconds since 1970.
    ///   - worker: the worker that had it.
    package init(session: SessionLife, causeName: String, epochMilliseconds: UInt64, worker: WorkerID) {
        self.session = session
        self.causeName = causeName
        self.epochMilliseconds = epochMilliseconds
        self.worker = worker
    }

    /// Why it ended; nil for a cause that this version does not know.
    package var cause: EndCause? { EndCause.named(causeName) }
}

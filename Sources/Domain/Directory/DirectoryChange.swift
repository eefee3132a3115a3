/// What happened in the directory that coordinators share, in the order of its revisions.
package struct DirectoryChange: Hashable, Sendable {
    /// What happened.
    package enum Kind: Hashable, Sendable {
        /// All that there is: at the beginning, and again when changes were missed. What is not in it is not there.
        case everything(DirectorySnapshot)
        /// An identifier has another entry, or none any more.
        case session(SessionKey, DirectoryEntry?)
        /// A worker has another record, or none any more.
        case worker(WorkerID, WorkerRecord?)
        /// A coordinator hears a worker's life now, or none of its lives any more.
        case hears(WorkerID, coordinator: String, WorkerLife?)
        /// A coordinator has registered, or is known no more.
        case coordinator(String, CoordinatorRecord?)
        /// A coordinator is in touch with the directory, or has not been for the length of its lease.
        case inTouch(String, Bool)
        /// Nothing of this here; all changes up to the revision have been told.
        case progress
    }

    /// The revision; all changes of former ones have been told.
    package let revision: UInt64
    /// What happened.
    package let kind: Kind

    /// Makes a change.
    ///
    /// - Parameters:
    ///   - revision: the revision.
    ///   - kind: what happened.
    package init(revision: UInt64, kind: Kind) {
        self.revision = revision
        self.kind = kind
    }
}

/// All that the shared directory says at one revision.
package struct DirectorySnapshot: Hashable, Sendable {
    /// Where sessions are.
    package var sessions: [DirectoryEntry]
    /// The workers.
    package var workers: [WorkerRecord]
    /// Who hears a worker's life: by worker, then by the coordinator's name.
    package var hears: [WorkerID: [String: WorkerLife]]
    /// The coordinators that have registered.
    package var coordinators: [CoordinatorRecord]
    /// Which of them are in touch with the directory.
    package var inTouch: Set<String>

    /// Makes a snapshot; an empty one by default.
    ///
    /// - Parameters:
    ///   - sessions: where sessions are.
    ///   - workers: the workers.
    ///   - hears: who hears a worker's life.
    ///   - coordinators: the coordinators that have registered.
    ///   - inTouch: which of them are in touch with the directory.
    package init(
        sessions: [DirectoryEntry] = [],
        workers: [WorkerRecord] = [],
        hears: [WorkerID: [String: WorkerLife]] = [:],
        coordinators: [CoordinatorRecord] = [],
        inTouch: Set<String> = []
    ) {
        self.sessions = sessions
        self.workers = workers
        self.hears = hears
        self.coordinators = coordinators
        self.inTouch = inTouch
    }
}

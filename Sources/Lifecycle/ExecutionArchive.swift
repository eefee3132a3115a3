package import Domain

/// The executions of one session: the one that runs, those that wait, and the ended ones that a
/// client may still ask for.
///
/// An execution's name never runs twice: asked again, it is found here, or known to have run.
package struct ExecutionArchive: Sendable {
    /// How many executions may wait for their turn.
    package static let waitingLimit = 32
    /// How many ended executions are kept.
    package static let endedLimit = 64
    /// How much ended executions may hold together, in bytes; the newest is always kept.
    package static let endedBytes = 32 << 20
    /// How many names are remembered whose executions are no longer kept; beyond it the oldest are forgotten.
    package static let droppedLimit = 4_096

    /// One execution.
    package struct Entry: Sendable {
        /// What to run.
        package let spec: ExecutionSpec
        /// What it has produced.
        package var journal: Journal
        /// How long the stages took.
        package var timings = StageTimings()
        /// Whether the sandbox was made for it.
        package let beganSession: Bool
        /// How many requests asked for it to be run.
        package fileprivate(set) var requests = 1
        /// Whether it was given to the guest.
        package fileprivate(set) var hasStarted = false
    }

    private var entries: [ExecutionID: Entry] = [:]
    private var waiting: [ExecutionID] = []
    private var ended: [ExecutionID] = []
    /// What those hold together, in bytes; a journal that is complete grows no more.
    private var heldBytes = 0
    private var dropped = DroppedNames(limit: droppedLimit)
    /// Executions that were abandoned before their requests had come, bounded.
    private var abandoned: [ExecutionID] = []
    /// The execution that runs now.
    package private(set) var current: ExecutionID?

    /// Begins an empty archive.
    package init() {}

    /// An execution, if it is known.
    ///
    /// - Parameter id: its name.
    package subscript(id: ExecutionID) -> Entry? { entries[id] }

    /// What a reader waits for, if the execution does not end before.
    package enum Enough: Hashable, Sendable {
        /// Any event that the reader has not seen.
        case oneEvent
        /// A page full, in bytes.
        case page(bytes: Int)
    }

    /// Whether an answer to a reader need not wait: the execution has ended, or there is enough.
    ///
    /// - Parameters:
    ///   - enough: what the reader waits for.
    ///   - id: the execution.
    ///   - sequence: the first place that the reader wants.
    /// - Returns: whether it need not wait; nil when the execution is not known.
    package func has(_ enough: Enough, of id: ExecutionID, from sequence: UInt64) -> Bool? {
        guard let journal = entries[id]?.journal else { return nil }
        if journal.isComplete { return true }
        return switch enough {
        case .oneEvent: journal.hasEvent(from: sequence)
        case .page(let bytes): journal.byteCount(from: sequence) >= bytes
        }
    }

    /// Reads what an execution has produced.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - sequence: the first place that the reader wants.
    ///   - limitBytes: how much to return; a single greater event is returned alone.
    /// - Returns: the events; nil when the execution is not known.
    package mutating func read(
        _ id: ExecutionID,
        from sequence: UInt64,
        limitBytes: Int
    ) -> Journal.Page? {
        entries[id]?.journal.read(from: sequence, limitBytes: limitBytes)
    }

    /// Whether nothing runs and nothing waits.
    package var isIdle: Bool { current == nil && waiting.isEmpty }

    /// Takes an execution in, unless its name is known already.
    ///
    /// The same code with the same time-out is the same request; how the first one wants to be answered stays.
    ///
    /// - Parameters:
    ///   - spec: what to run.
    ///   - beganSession: whether the sandbox is made for it.
    ///   - journalBytes: the bound of its journal.
    /// - Throws: `executionConflict` for a name that stands for other code or whose result is no longer kept,
    ///   `tooManyRequests` when too many wait.
    package mutating func submit(
        _ spec: ExecutionSpec,
        beganSession: Bool,
        journalBytes: Int
    ) throws(Failure) {
        if let known = entries[spec.id] {
            guard known.spec.input == spec.input, known.spec.timeout == spec.timeout else {
                throw Failure(
                    .executionConflict,
                    "The operation-id \(spec.id) was used before for another request. Choose a new one."
                )
            }
            entries[spec.id]?.requests += 1
            return
        }
        guard !dropped.contains(spec.id) else {
            throw Failure(
                .executionConflict,
                "The execution \(spec.id) has run and ended, and its result is no longer kept. To run the code "
                    + "again choose a new operation-id."
            )
        }
        guard waiting.count < Self.waitingLimit else {
            throw Failure(
                .tooManyRequests,
                "\(waiting.count) requests wait for this session already. Send fewer at once.",
                retryAfterSeconds: 1
            )
        }
        entries[spec.id] = Entry(
            spec: spec,
            journal: Journal(limitBytes: journalBytes),
            beganSession: beganSession
        )
        waiting.append(spec.id)
        guard let index = abandoned.firstIndex(of: spec.id) else { return }
        abandoned.remove(at: index)
        _ = withdraw(spec.id, outcome: Self.neverBegan)
    }

    /// The outcome of an execution that is cancelled before it began.
    package static let neverBegan = Outcome(
        status: .cancelled,
        errorName: "Cancelled",
        errorMessage: "The execution was cancelled before it began.",
        duration: .zero
    )

    /// Takes note that who asked for an execution waits no more.
    ///
    /// - Parameter id: its name; one that is not known may still be on its way, and is cancelled when it comes.
    /// - Returns: whether nobody waits for it and it is to be cancelled.
    package mutating func abandon(_ id: ExecutionID) -> Bool {
        guard let entry = entries[id] else {
            if !dropped.contains(id) { abandoned = abandoned.suffix(Self.waitingLimit - 1) + [id] }
            return false
        }
        return entry.requests == 1
    }

    /// Makes the next waiting execution the current one.
    ///
    /// - Returns: it, or nil when none waits.
    package mutating func startNext() -> ExecutionSpec? {
        precondition(current == nil, "one execution at a time")
        guard !waiting.isEmpty else { return nil }
        let id = waiting.removeFirst()
        current = id
        entries[id]?.hasStarted = true
        return entries[id]?.spec
    }

    /// Adds an event to the current execution.
    ///
    /// - Parameter event: what happened.
    package mutating func append(_ event: ExecutionEvent) {
        guard let current else { return }
        entries[current]?.journal.append(event)
    }

    /// Notes how long a stage of an execution took.
    ///
    /// - Parameters:
    ///   - timings: the stages.
    ///   - id: the execution.
    package mutating func record(_ timings: StageTimings, for id: ExecutionID) {
        entries[id]?.timings.merge(timings)
    }

    /// Ends the current execution, whose journal must hold its end.
    package mutating func finishCurrent() {
        guard let finished = current else { return }
        precondition(entries[finished]?.journal.isComplete == true, "an execution ends with its outcome")
        current = nil
        retire(finished)
    }

    /// Takes a waiting execution out and ends it.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - outcome: how it ended.
    /// - Returns: whether it was waiting.
    package mutating func withdraw(_ id: ExecutionID, outcome: Outcome) -> Bool {
        guard let index = waiting.firstIndex(of: id) else { return false }
        waiting.remove(at: index)
        entries[id]?.journal.append(.ended(outcome))
        retire(id)
        return true
    }

    private mutating func retire(_ id: ExecutionID) {
        ended.append(id)
        heldBytes += entries[id]?.journal.byteCount ?? 0
        while ended.count > 1, ended.count > Self.endedLimit || heldBytes > Self.endedBytes {
            let oldest = ended.removeFirst()
            heldBytes -= entries.removeValue(forKey: oldest)?.journal.byteCount ?? 0
            dropped.insert(oldest)
        }
    }
}

/// The names of executions that are no longer kept, as many as there is room for.
///
/// Of a name its hash is kept: 64 bits with a secret of the process, so that a long life of a session costs
/// a little memory only, and two names that seem the same are not to be expected.
private struct DroppedNames: Sendable {
    private let limit: Int
    private var hashes: Set<Int> = []
    /// The same in the order in which they came; when it is full, the oldest stands at `oldest`.
    private var order: [Int] = []
    private var oldest = 0

    init(limit: Int) { self.limit = limit }

    func contains(_ id: ExecutionID) -> Bool { hashes.contains(id.hashValue) }

    mutating func insert(_ id: ExecutionID) {
        let hash = id.hashValue
        guard hashes.insert(hash).inserted else { return }
        guard order.count == limit else { return order.append(hash) }
        hashes.remove(order[oldest])
        order[oldest] = hash
        oldest = (oldest + 1) % limit
    }
}

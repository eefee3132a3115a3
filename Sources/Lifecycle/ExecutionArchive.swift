package import Domain

/// The executions of one session: the one that runs, those that wait, and the ended ones that a
/// client may still ask for.
///
/// An execution's name never runs twice: asked again, it is found here.
package struct ExecutionArchive: Sendable {
    /// How many executions may wait for their turn.
    package static let waitingLimit = 32
    /// How many ended executions are kept.
    package static let endedLimit = 64
    /// How much ended executions may hold together, in bytes; the newest is always kept.
    package static let endedBytes = 32 << 20

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
    }

    private var entries: [ExecutionID: Entry] = [:]
    private var waiting: [ExecutionID] = []
    private var ended: [ExecutionID] = []
    /// The execution that runs now.
    package private(set) var current: ExecutionID?

    /// Begins an empty archive.
    package init() {}

    /// An execution, if it is known.
    ///
    /// - Parameter id: its name.
    package subscript(id: ExecutionID) -> Entry? { entries[id] }

    /// Whether an answer to a reader need not wait: the execution has ended, or there is a page full.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - sequence: the first place that the reader wants.
    ///   - bytes: the size of a page.
    /// - Returns: whether it need not wait; nil when the execution is not known.
    package func hasPage(of id: ExecutionID, from sequence: UInt64, bytes: Int) -> Bool? {
        guard let entry = entries[id] else { return nil }
        return entry.journal.isComplete || entry.journal.byteCount(from: sequence) >= bytes
    }

    /// Whether nothing runs and nothing waits.
    package var isIdle: Bool { current == nil && waiting.isEmpty }

    /// Takes an execution in, unless its name is known already.
    ///
    /// - Parameters:
    ///   - spec: what to run.
    ///   - beganSession: whether the sandbox is made for it.
    ///   - journalBytes: the bound of its journal.
    /// - Throws: `executionConflict` for a name that stands for other code, `tooManyRequests` when too
    ///   many wait.
    package mutating func submit(
        _ spec: ExecutionSpec,
        beganSession: Bool,
        journalBytes: Int
    ) throws(Failure) {
        if let known = entries[spec.id] {
            guard known.spec == spec else {
                throw Failure(
                    .executionConflict,
                    "The operation-id \(spec.id) was used before for another request. Choose a new one."
                )
            }
            return
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
    }

    /// Makes the next waiting execution the current one.
    ///
    /// - Returns: it, or nil when none waits.
    package mutating func startNext() -> ExecutionSpec? {
        precondition(current == nil, "one execution at a time")
        guard !waiting.isEmpty else { return nil }
        let id = waiting.removeFirst()
        current = id
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
        var held = ended.reduce(0) { $0 + (entries[$1]?.journal.byteCount ?? 0) }
        while ended.count > 1, ended.count > Self.endedLimit || held > Self.endedBytes {
            let oldest = ended.removeFirst()
            held -= entries[oldest]?.journal.byteCount ?? 0
            entries[oldest] = nil
        }
    }
}

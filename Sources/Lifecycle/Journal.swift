package import Domain

/// The events of one execution, kept for readers that come with a cursor.
///
/// Its size is bounded: what comes beyond the bound is dropped and the outcome says so. The guest
/// keeps to the pool's limits by itself; this is for the guest that does not.
package struct Journal: Sendable {
    /// What an event costs beyond its bytes, so that a flood of tiny events is bounded as well.
    private static let overheadBytes = 64

    /// A part of a journal.
    package struct Page: Sendable {
        /// The events, in order.
        package let events: [SequencedEvent]
        /// Whether the execution's end is among them, or came before.
        package let reachesEnd: Bool
    }

    private let limitBytes: Int
    private var usedBytes = 0
    private var events: [SequencedEvent] = []
    /// What the journal held before each event.
    private var offsets: [Int] = []
    private var wasTruncated = false
    /// The outcome, once the execution has ended.
    package private(set) var outcome: Outcome?

    /// Begins an empty journal.
    ///
    /// - Parameter limitBytes: the bound of what is kept, in bytes.
    package init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// Whether the execution has ended.
    package var isComplete: Bool { outcome != nil }

    /// What the journal holds, in bytes.
    package var byteCount: Int { usedBytes }

    /// Adds an event; nothing is added after the end.
    ///
    /// - Parameter event: what happened.
    package mutating func append(_ event: ExecutionEvent) {
        guard !isComplete else { return }
        if case .ended(let outcome) = event { return end(outcome) }
        let cost = event.byteCount + Self.overheadBytes
        guard usedBytes + cost <= limitBytes else {
            wasTruncated = true
            return
        }
        add(event, cost: cost)
    }

    private mutating func add(_ event: ExecutionEvent, cost: Int) {
        events.append(SequencedEvent(sequence: UInt64(events.count), event: event))
        offsets.append(usedBytes)
        usedBytes += cost
    }

    private mutating func end(_ reported: Outcome) {
        let outcome = Outcome(
            status: reported.status,
            errorName: reported.errorName,
            errorMessage: reported.errorMessage,
            duration: reported.duration,
            stateWasLost: reported.stateWasLost,
            wasTruncated: reported.wasTruncated || wasTruncated
        )
        self.outcome = outcome
        add(.ended(outcome), cost: Self.overheadBytes)
    }

    /// What the journal holds from a place on, in bytes.
    ///
    /// - Parameter sequence: the first place wanted.
    /// - Returns: the bytes, counted as for the bound.
    package func byteCount(from sequence: UInt64) -> Int {
        let start = Int(clamping: sequence)
        return start < offsets.count ? usedBytes - offsets[start] : 0
    }

    /// Reads from a place on.
    ///
    /// - Parameters:
    ///   - sequence: the first place wanted.
    ///   - limitBytes: how much to return; a single greater event is returned alone.
    /// - Returns: the page.
    package func read(from sequence: UInt64, limitBytes: Int) -> Page {
        let start = Int(clamping: sequence)
        guard start < events.count else { return Page(events: [], reachesEnd: isComplete) }
        var end = start
        var size = 0
        while end < events.count {
            size += events[end].event.byteCount + Self.overheadBytes
            if size > limitBytes, end > start { break }
            end += 1
        }
        return Page(events: Array(events[start..<end]), reachesEnd: isComplete && end == events.count)
    }
}

package import Domain

/// The events of one execution, kept for readers that come with a cursor.
///
/// Its size is bounded: what comes beyond the bound is dropped and the outcome says so. The guest
/// keeps to the pool's limits by itself; this is for the guest that does not.
///
/// Chunks of output grow until somebody reads them, so that a flood of tiny ones costs little more than its
/// bytes; an event that a reader may have seen never changes. No event of output ends inside a UTF-8
/// character, unless the execution does.
package struct Journal: Sendable {
    /// What an event costs beyond its bytes, so that many tiny events are bounded as well.
    private static let overheadBytes = 160
    /// Beyond this a chunk of output grows no more, so that pages stay near their size.
    private static let chunkBytes = 64 << 10

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
    /// What comes after the events and may still grow.
    private var open = OpenOutput()
    private var wasTruncated = false
    private var outputIsFull = false
    /// The outcome, once the execution has ended.
    package private(set) var outcome: Outcome?

    /// Begins an empty journal.
    ///
    /// - Parameter limitBytes: the bound of what is kept, in bytes.
    package init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// Whether the execution has ended.
    package var isComplete: Bool { outcome != nil }

    /// What the journal holds, in bytes.
    package var byteCount: Int { usedBytes + openBytes }

    private var openBytes: Int { open.stream == nil ? 0 : open.byteCount + Self.overheadBytes }

    /// Adds an event; nothing is added after the end.
    ///
    /// - Parameter event: what happened.
    package mutating func append(_ event: ExecutionEvent) {
        guard !isComplete else { return }
        switch event {
        case .standardOutput(let bytes): append(bytes, to: .standardOutput)
        case .standardError(let bytes): append(bytes, to: .standardError)
        case .value, .image:
            close()
            guard byteCount + event.byteCount + Self.overheadBytes <= limitBytes else {
                wasTruncated = true
                return
            }
            add(event)
        case .ended(let outcome): end(outcome)
        }
    }

    private mutating func append(_ bytes: [UInt8], to stream: OpenOutput.Stream) {
        guard !bytes.isEmpty, !outputIsFull else { return }
        if open.stream != stream { close() }
        let room = limitBytes - byteCount - (open.stream == nil ? Self.overheadBytes : 0)
        let fitting = bytes.prefix(max(room, 0))
        if fitting.count < bytes.count { (outputIsFull, wasTruncated) = (true, true) }
        guard !fitting.isEmpty else { return }
        open.append(fitting, to: stream)
        if open.byteCount >= Self.chunkBytes { close() }
    }

    /// Makes an event of the output that may still grow.
    private mutating func close() {
        if let event = open.take() { add(event) }
    }

    private mutating func add(_ event: ExecutionEvent) {
        events.append(SequencedEvent(sequence: UInt64(events.count), event: event))
        offsets.append(usedBytes)
        usedBytes += event.byteCount + Self.overheadBytes
    }

    private mutating func end(_ reported: Outcome) {
        close()
        // Where output was cut the rest of the last character was dropped, too.
        if !outputIsFull { for event in open.takeBegun() { add(event) } }
        let outcome = Outcome(
            status: reported.status,
            errorName: reported.errorName,
            errorMessage: reported.errorMessage,
            duration: reported.duration,
            stateWasLost: reported.stateWasLost,
            wasTruncated: reported.wasTruncated || wasTruncated,
            exitCode: reported.exitCode
        )
        self.outcome = outcome
        add(.ended(outcome))
    }

    /// Whether there is an event at a place or beyond it.
    ///
    /// - Parameter sequence: the place.
    /// - Returns: whether there is one.
    package func hasEvent(from sequence: UInt64) -> Bool {
        let count = UInt64(events.count)
        return sequence < count || (sequence == count && open.isReadable)
    }

    /// What the journal holds from a place on, in bytes.
    ///
    /// - Parameter sequence: the first place wanted.
    /// - Returns: the bytes, counted as for the bound.
    package func byteCount(from sequence: UInt64) -> Int {
        let start = Int(clamping: sequence)
        if start > offsets.count { return 0 }
        return start < offsets.count ? byteCount - offsets[start] : openBytes
    }

    /// Reads from a place on; what is read grows no more.
    ///
    /// - Parameters:
    ///   - sequence: the first place wanted.
    ///   - limitBytes: how much to return; a single greater event is returned alone.
    /// - Returns: the page.
    package mutating func read(from sequence: UInt64, limitBytes: Int) -> Page {
        let start = Int(clamping: sequence)
        guard start < events.count || hasEvent(from: sequence) else {
            return Page(events: [], reachesEnd: isComplete)
        }
        close()
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

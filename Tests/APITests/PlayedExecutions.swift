import Domain

/// Executions that go on beside the requests for them, kept as a worker keeps them; a test says what they do.
actor PlayedExecutions {
    private struct Kept {
        var form: AnswerForm
        var events: [SequencedEvent] = []
        var hasStarted = false
        var isComplete = false
        var failure: Failure?
    }

    private var kept: [ExecutionID: Kept] = [:]
    private var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var watcherCount = 0
    private let pageLength: Int
    private let refusal: Failure?

    /// What was asked to be run, without what was asked again.
    private(set) var begun: [ExecutionSpec] = []
    /// What was asked to be cancelled.
    private(set) var cancelled: [ExecutionID] = []
    /// How many events were handed out.
    private(set) var handedOut = 0

    /// - Parameters:
    ///   - pageLength: how many events a page has at most.
    ///   - refusal: what keeps executions from being taken in.
    init(pageLength: Int = 3, refusal: Failure? = nil) {
        self.pageLength = pageLength
        self.refusal = refusal
    }

    /// Has an execution produce something; an end is the last thing that it does.
    func add(_ events: ExecutionEvent..., to id: String = "one") throws {
        let id = try ExecutionID(id)
        for event in events {
            let place = UInt64(kept[id]?.events.count ?? 0)
            kept[id]?.events.append(SequencedEvent(sequence: place, event: event))
            if case .ended = event { kept[id]?.isComplete = true }
        }
        kept[id]?.hasStarted = true
        tell()
    }

    /// Has an execution be lost.
    func fail(_ failure: Failure, _ id: String = "one") throws {
        kept[try ExecutionID(id)]?.failure = failure
        tell()
    }

    func begin(_ spec: ExecutionSpec) throws(Failure) -> EventPage {
        if let refusal { throw refusal }
        if kept[spec.id] == nil {
            kept[spec.id] = Kept(form: spec.form)
            begun.append(spec)
        }
        return try page(of: spec.id, from: 0)
    }

    func events(of id: ExecutionID, from place: UInt64, wait: Duration) async throws(Failure) -> EventPage {
        let deadline = ContinuousClock.now + wait
        while true {
            let page = try page(of: id, from: place)
            let left = ContinuousClock.now.duration(to: deadline)
            guard page.events.isEmpty, !page.isComplete, left > .zero, !Task.isCancelled else { return page }
            await news(within: left)
        }
    }

    func cancel(_ id: ExecutionID) throws(Failure) {
        guard let execution = kept[id] else { throw Failure(.executionNotFound, "There is none.") }
        cancelled.append(id)
        guard !execution.isComplete else { return }
        try? add(.ended(Outcome(status: .cancelled, duration: .milliseconds(5))), to: id.text)
    }

    private func page(of id: ExecutionID, from place: UInt64) throws(Failure) -> EventPage {
        guard let execution = kept[id] else { throw Failure(.executionNotFound, "There is none.") }
        if let failure = execution.failure { throw failure }
        let start = min(Int(place), execution.events.count)
        let events = Array(execution.events[start...].prefix(pageLength))
        handedOut += events.count
        return EventPage(
            events: events,
            nextSequence: UInt64(start + events.count),
            isComplete: execution.isComplete && start + events.count == execution.events.count,
            hasStarted: execution.hasStarted,
            sessionInstance: "instance-1",
            isNewSession: true,
            form: execution.form
        )
    }

    private func tell() {
        for watcher in watchers.values { watcher.finish() }
        watchers = [:]
    }

    private func news(within time: Duration) async {
        watcherCount += 1
        let number = watcherCount
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        watchers[number] = continuation
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stream {} }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
        watchers[number] = nil
    }
}

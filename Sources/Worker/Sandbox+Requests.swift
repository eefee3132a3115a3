internal import Domain
internal import Lifecycle
internal import Wire

/// What coordinators ask of a session.
extension Sandbox {
    /// How much one execution's journal holds, in bytes: what the limits allow, within reason.
    private var journalBytes: Int {
        min(pool.limits.outputBytes + pool.limits.resultBytes * (pool.limits.images + 2), 32 << 20)
    }

    /// Takes an execution in, or finds it again by its name, and waits for its end.
    ///
    /// - Parameters:
    ///   - spec: what to run.
    ///   - beganSession: whether the sandbox was made for this request.
    ///   - deadline: when to answer with what there is.
    /// - Returns: the events from the first on.
    /// - Throws: why it cannot be run, or why its end will not come.
    func execute(
        _ spec: ExecutionSpec,
        beganSession: Bool,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> EventPage {
        if let end { throw failure(for: end) }
        let isKnown = archive[spec.id] != nil
        try archive.submit(spec, beganSession: beganSession, journalBytes: journalBytes)
        if !isKnown {
            arrivals[spec.id] = .now
            changes.notify()
        }
        return try await page(of: spec.id, from: 0, until: deadline)
    }

    /// Reads an execution's events and waits for its end.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - sequence: the first place that is wanted.
    ///   - deadline: when to answer with what there is.
    /// - Returns: the events from that place on.
    /// - Throws: `executionNotFound`, or why its end will not come.
    func page(
        of id: ExecutionID,
        from sequence: UInt64,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> EventPage {
        while true {
            idle.touch(.now)
            guard let entry = archive[id] else {
                throw Failure(.executionNotFound, "There is no execution \(id) in this session.")
            }
            let page = entry.journal.read(from: sequence, limitBytes: WireLimits.pageBytes)
            if entry.journal.isComplete || page.hasMore || ContinuousClock.now >= deadline || Task.isCancelled
            {
                return EventPage(
                    events: page.events,
                    nextSequence: page.events.last.map { $0.sequence + 1 } ?? sequence,
                    isComplete: page.reachesEnd,
                    sessionInstance: instance,
                    isNewSession: entry.beganSession,
                    timings: timings(of: entry)
                )
            }
            if let end { throw failure(for: end) }
            await waitForChange(until: deadline)
        }
    }

    /// Ends an execution early; one that has ended already stays as it is.
    ///
    /// - Parameter id: the execution.
    /// - Throws: `executionNotFound`.
    func cancel(_ id: ExecutionID) throws(Failure) {
        guard archive[id] != nil else {
            throw Failure(.executionNotFound, "There is no execution \(id) in this session.")
        }
        let outcome = Outcome(
            status: .cancelled,
            errorName: "Cancelled",
            errorMessage: "The execution was cancelled before it began.",
            duration: .zero
        )
        if archive.withdraw(id, outcome: outcome) {
            arrivals[id] = nil
        } else if archive.current == id {
            cancelled.insert(id)
        }
        changes.notify()
    }
}

internal import Domain
internal import Lifecycle
internal import Telemetry
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
    /// - Returns: the events from the first on; nil when the session has ended without taking it in.
    /// - Throws: why it cannot be run, or why its end will not come.
    func execute(
        _ spec: ExecutionSpec,
        beganSession: Bool,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> EventPage? {
        let isKnown = archive[spec.id] != nil
        guard isKnown || end == nil else { return nil }
        try archive.submit(spec, beganSession: beganSession, journalBytes: journalBytes)
        if !isKnown {
            arrivals[spec.id] = .now
            origins[spec.id] = RequestOrigin.current
            changes.notify(.executions)
        }
        return try await page(of: spec.id, from: 0, waitingFor: Self.pageFull, until: deadline)
    }

    /// How many requests may wait for a session's executions at once: each takes a place from the whole worker.
    private static let readersMax = 64

    /// What a reader waits for who wants the whole of an execution.
    static let pageFull = ExecutionArchive.Enough.page(bytes: WireLimits.pageBytes)

    /// Reads an execution's events and waits for more.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - sequence: the first place that is wanted.
    ///   - enough: what is worth an answer, beside the execution's end.
    ///   - deadline: when to answer with what there is.
    /// - Returns: the events from that place on.
    /// - Throws: `executionNotFound`, or why its end will not come.
    func page(
        of id: ExecutionID,
        from sequence: UInt64,
        waitingFor enough: ExecutionArchive.Enough,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> EventPage {
        guard readers < Self.readersMax else {
            throw Failure(
                .tooManyRequests,
                "\(readers) requests wait for executions of this session already. Close some streams.",
                retryAfterSeconds: 1
            )
        }
        readers += 1
        defer {
            readers -= 1
            touch()
        }
        while true {
            guard let hasEnough = archive.has(enough, of: id, from: sequence) else { throw unknown(id) }
            if hasEnough || ContinuousClock.now >= deadline || Task.isCancelled {
                return try page(of: id, from: sequence)
            }
            if let end { throw failure(for: end) }
            await waitForChange(of: enough == .oneEvent ? .events : .pages, until: deadline)
        }
    }

    private func page(of id: ExecutionID, from sequence: UInt64) throws(Failure) -> EventPage {
        guard let page = archive.read(id, from: sequence, limitBytes: WireLimits.pageBytes),
            let entry = archive[id]
        else { throw unknown(id) }
        return EventPage(
            events: page.events,
            nextSequence: page.events.last.map { $0.sequence + 1 } ?? sequence,
            isComplete: page.reachesEnd,
            hasStarted: entry.hasStarted,
            sessionInstance: instance,
            isNewSession: entry.beganSession,
            form: entry.spec.form,
            timings: timings(of: entry)
        )
    }

    private func unknown(_ id: ExecutionID) -> Failure {
        Failure(
            .executionNotFound,
            "There is no execution \(id) in this session, or none that is still kept."
        )
    }

    /// Ends an execution early if the one who is gone was the only one who asked for it.
    ///
    /// - Parameter id: the execution.
    func abandon(_ id: ExecutionID) {
        guard archive.abandon(id) else { return }
        // It is known: there is nothing to throw.
        try? cancel(id)
    }

    /// Ends an execution early; one that has ended already stays as it is.
    ///
    /// - Parameter id: the execution.
    /// - Throws: `executionNotFound`.
    func cancel(_ id: ExecutionID) throws(Failure) {
        touch()
        guard archive[id] != nil else { throw unknown(id) }
        if archive.withdraw(id, outcome: ExecutionArchive.neverBegan) {
            arrivals[id] = nil
            origins[id] = nil
        } else if archive.current == id {
            cancelled.insert(id)
        }
        changes.notify([.executions, .events, .pages])
    }
}

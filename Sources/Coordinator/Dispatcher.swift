internal import ClusterState
package import Domain
internal import Wire

/// Takes executions to the worker that has the session, or that shall have it.
package struct Dispatcher: SessionDispatch {
    /// The longest code that a command can hold, beside everything else.
    private static let codeBytesMax = WireLimits.payloadBytes - (64 << 10)
    /// What is told of an answer that does not fit the question.
    static let misfit = Failure(.internalError, "The worker's answer does not fit the question.")
    /// What is told to a client that has gone before anything was sent.
    static let cancelled = Failure(.deadlineExceeded, "The request was given up; nothing was run.")

    let node: CoordinatorNode
    let tombstones: TombstoneKeeper
    let times: DispatchTimes
    /// Where the coordinator is reached by workers.
    let address: String
    private let abandoned: AsyncStream<Abandoned>
    private let abandon: AsyncStream<Abandoned>.Continuation

    /// What a worker has to be told because a client went away.
    private struct Abandoned: Sendable {
        let request: Command.Request
        let link: WorkerLink
    }

    /// Makes a dispatcher.
    ///
    /// - Parameters:
    ///   - node: the coordinator's actor.
    ///   - tombstones: what remembers ended sessions.
    ///   - times: how long it waits.
    ///   - address: where the coordinator is reached by workers.
    init(node: CoordinatorNode, tombstones: TombstoneKeeper, times: DispatchTimes, address: String) {
        self.node = node
        self.tombstones = tombstones
        self.times = times
        self.address = address
        // Beyond the bound the oldest are left to run into their time-outs.
        (abandoned, abandon) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1_024))
    }

    package func pool(named name: PoolName) async throws(Failure) -> PoolConfiguration {
        try await node.pool(named: name)
    }

    package func unreadiness() async -> Failure? { await node.unreadiness() }

    @concurrent
    package func execute(
        _ spec: ExecutionSpec,
        in session: SessionKey
    ) async throws(Failure) -> ExecutionReport {
        let deadline = ContinuousClock.now + spec.timeout + times.patience
        let pool = try await node.pool(named: session.pool)
        // A session that nobody will use is not begun, and what no message can hold is not sent.
        guard !Task.isCancelled else { throw Self.cancelled }
        try checkSize(of: spec)
        let delivery = try await deliver(
            to: session,
            in: pool,
            wait: { min(times.longestWait, ContinuousClock.now.duration(to: deadline)) },
            unanswered: { await failure(for: $0, of: spec.id, at: $1, over: $2) }
        ) { placement, wait in
            .execute(request(spec, at: placement, in: pool, wait: wait))
        }
        guard case .events(let page) = delivery.answer else { throw Self.misfit }
        var report = try await collect(
            from: page,
            of: spec,
            at: delivery.placement,
            over: delivery.link,
            until: deadline
        )
        report.timings[.route] = delivery.route
        return report
    }

    func checkSize(of spec: ExecutionSpec) throws(Failure) {
        guard spec.input.byteCount <= Self.codeBytesMax else {
            throw Failure(.payloadTooLarge, "The code is longer than a message between nodes can be.")
        }
    }

    func request(
        _ spec: ExecutionSpec,
        at placement: Placement,
        in pool: PoolConfiguration,
        wait: Duration
    ) -> ExecuteRequest {
        ExecuteRequest(
            session: placement.session,
            mayCreate: placement.mayCreate,
            execution: spec.id,
            input: spec.input,
            timeout: spec.timeout,
            form: spec.form,
            pool: pool,
            wait: wait
        )
    }

    private func collect(
        from first: EventPage,
        of spec: ExecutionSpec,
        at placement: Placement,
        over link: WorkerLink,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> ExecutionReport {
        var page = first
        var report = ExecutionReport(
            id: spec.id,
            session: placement.session.key,
            sessionInstance: first.sessionInstance,
            isNewSession: first.isNewSession
        )
        while true {
            for event in page.events { report.append(event.event) }
            report.timings.merge(page.timings)
            if page.isComplete { return report }
            guard ContinuousClock.now < deadline else {
                let loss = WorkerLink.Loss(certainty: .unanswered, reason: "the request's time is over")
                throw await failure(for: loss, of: spec.id, at: placement, over: link)
            }
            page = try await nextPage(after: page, of: spec.id, at: placement, over: link, until: deadline)
        }
    }

    private func nextPage(
        after page: EventPage,
        of execution: ExecutionID,
        at placement: Placement,
        over link: WorkerLink,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> EventPage {
        let wait = min(times.longestWait, ContinuousClock.now.duration(to: deadline))
        let request = ReadEventsRequest(
            session: placement.session,
            execution: execution,
            fromSequence: page.nextSequence,
            wait: wait
        )
        let answer = try await askAgain(
            .readEvents(request),
            wait: wait,
            at: placement,
            over: link,
            gone: { cause in
                let isOnPurpose = [EndCause.stopped, .cooldown, .maxAlive].contains(cause)
                return Failure(
                    isOnPurpose ? .noSessionFound : .sandboxFailed,
                    "The session ended while the code ran (\(cause)); the code is not run again."
                )
            },
            unanswered: { await failure(for: $0, of: execution, at: placement, over: link) }
        )
        guard case .events(let next) = answer else { throw Self.misfit }
        return next
    }

    /// What the client is told of a command without an answer; what still runs is cancelled.
    private func failure(
        for loss: WorkerLink.Loss,
        of execution: ExecutionID,
        at placement: Placement,
        over link: WorkerLink
    ) async -> Failure {
        if loss.certainty == .workerLost { return await self.loss(of: placement) }
        tellLater(.abandon(placement.session, execution), over: link)
        return Failure(
            .deadlineExceeded,
            "The worker did not answer in time; whether the code ran is not known, and it is not run again."
        )
    }

    /// Has a worker told something after the client went away, by nobody's task in particular.
    ///
    /// - Parameters:
    ///   - request: what to tell.
    ///   - link: whom.
    func tellLater(_ request: Command.Request, over link: WorkerLink) {
        abandon.yield(Abandoned(request: request, link: link))
    }

    /// The one clear error for a session that was lost with its worker.
    func loss(of placement: Placement) async -> Failure {
        await node.lossWasTold(of: placement.session)
        return Failure(.sessionLost, FailureCode.sessionLost.meaning)
    }

    /// Tells workers what clients left behind, until cancelled itself.
    func runCancellations() async {
        await withDiscardingTaskGroup { group in
            for await left in abandoned {
                group.addTask {
                    // If it does not arrive, the code's own time-out ends it, and so does a transfer's silence.
                    _ = try? await left.link.ask(left.request, by: .now + times.answerMargin)
                }
            }
            group.cancelAll()
        }
    }
}

internal import ClusterState
package import Domain
internal import Wire

/// Takes executions to the worker that has the session, or that shall have it.
package struct Dispatcher: SessionDispatch {
    /// How many workers are tried for a new session, and how often a session may turn out to be gone.
    private static let attempts = 16
    /// The longest code that a command can hold, beside everything else.
    private static let codeBytesMax = WireLimits.payloadBytes - (64 << 10)
    private static let cancelled = Failure(.deadlineExceeded, "The request was given up; nothing was run.")

    let node: CoordinatorNode
    let tombstones: TombstoneKeeper
    private let times: DispatchTimes
    private let abandoned: AsyncStream<Abandoned>
    private let abandon: AsyncStream<Abandoned>.Continuation

    /// An execution whose client went away.
    private struct Abandoned: Sendable {
        let execution: ExecutionID
        let session: SessionLife
        let link: WorkerLink
    }

    /// Makes a dispatcher.
    ///
    /// - Parameters:
    ///   - node: the coordinator's actor.
    ///   - tombstones: what remembers ended sessions.
    ///   - times: how long it waits.
    init(node: CoordinatorNode, tombstones: TombstoneKeeper, times: DispatchTimes) {
        self.node = node
        self.tombstones = tombstones
        self.times = times
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
        let started = ContinuousClock.now
        let deadline = started + spec.timeout + times.patience
        let pool = try await node.pool(named: session.pool)
        // A session that nobody will use is not begun, and what no message can hold is not sent.
        guard !Task.isCancelled else { throw Self.cancelled }
        guard spec.code.utf8.count <= Self.codeBytesMax else {
            throw Failure(.payloadTooLarge, "The code is longer than a message between nodes can be.")
        }
        var placement = try await node.place(session, in: pool)
        let route = started.duration(to: .now)
        for _ in 0..<Self.attempts {
            guard let link = await node.link(to: placement.worker) else {
                throw Failure(
                    .noWorkerAvailable,
                    "The session's worker is not reachable.",
                    retryAfterSeconds: 1
                )
            }
            let request = ExecuteRequest(
                session: placement.session,
                mayCreate: placement.state == .placing,
                execution: spec.id,
                code: spec.code,
                timeout: spec.timeout,
                pool: pool,
                wait: min(times.longestWait, ContinuousClock.now.duration(to: deadline))
            )
            switch try await attempt(request, at: placement, over: link) {
            case .accepted(let page):
                var report = try await collect(
                    from: page,
                    of: spec,
                    at: placement,
                    over: link,
                    until: deadline
                )
                report.timings[.route] = route
                return report
            case .refused:
                placement = try await node.placementRefused(placement, in: pool)
            case .unsent:
                placement = try await node.placementUnsent(placement, in: pool)
            case .gone(let cause):
                await node.sessionEnded(placement.session, on: placement.worker, cause: cause)
                placement = try await node.place(session, in: pool)
            }
        }
        throw Failure(.noWorkerAvailable, "No worker took the session; try again.", retryAfterSeconds: 2)
    }

    /// What a worker made of a command that it certainly got or certainly did not get.
    private enum Attempt {
        case accepted(EventPage)
        case refused
        case unsent
        case gone(EndCause)
    }

    private func attempt(
        _ request: ExecuteRequest,
        at placement: Placement,
        over link: WorkerLink
    ) async throws(Failure) -> Attempt {
        do {
            let deadline = ContinuousClock.now + request.wait + times.answerMargin
            switch try await link.ask(.execute(request), by: deadline) {
            case .events(let page):
                await node.sessionBegan(placement)
                return .accepted(page)
            case .sessionGone(let cause): return .gone(cause ?? .stopped)
            case .failure(let failure)
            where failure.code == .sessionsCountExceedsLimit && placement.state == .placing:
                return .refused
            case .failure(let failure) where failure.code == .staleAddressee:
                // This life of the worker is over, and nothing was run.
                await node.lifeEnded(placement.worker)
                if placement.state == .placing { return .unsent }
                throw await loss(of: placement)
            case .failure(let failure): throw failure
            default: throw Failure(.internalError, "The worker's answer does not fit the question.")
            }
        } catch let loss as WorkerLink.Loss {
            return try await attempt(without: loss, request, at: placement, over: link)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.internalError, "The command could not be sent.")
        }
    }

    /// What is done about a command without an answer.
    private func attempt(
        without loss: WorkerLink.Loss,
        _ request: ExecuteRequest,
        at placement: Placement,
        over link: WorkerLink
    ) async throws(Failure) -> Attempt {
        switch loss.certainty {
        case .notSent:
            await node.linkFailed(to: placement.worker)
            if placement.state == .placing { return .unsent }
            throw Failure(
                .noWorkerAvailable,
                "The session's worker cannot be reached; nothing was run.",
                retryAfterSeconds: 2
            )
        case .overloaded:
            if placement.state == .placing { return .unsent }
            throw Failure(
                .tooManyRequests,
                "Too many requests are on their way to the session's worker; nothing was run.",
                retryAfterSeconds: 1
            )
        case .unsendable: throw Failure(.internalError, "The command could not be sent.")
        case .unanswered, .workerLost, .cancelled:
            throw await failure(for: loss, of: request.execution, at: placement, over: link)
        }
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
        do {
            switch try await link.ask(.readEvents(request), by: .now + wait + times.answerMargin) {
            case .events(let next): return next
            case .sessionGone(let cause):
                let ended = cause ?? .guestCrashed
                await node.sessionEnded(placement.session, on: placement.worker, cause: ended)
                throw Failure(
                    .sandboxFailed,
                    "The session ended while the code ran (\(ended)); the code is not run again."
                )
            case .failure(let failure) where failure.code == .staleAddressee:
                await node.lifeEnded(placement.worker)
                throw await loss(of: placement)
            case .failure(let failure): throw failure
            default: throw Failure(.internalError, "The worker's answer does not fit the question.")
            }
        } catch let loss as WorkerLink.Loss {
            throw await failure(for: loss, of: execution, at: placement, over: link)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.internalError, "The command could not be sent.")
        }
    }

    /// What the client is told of a command without an answer; what still runs is cancelled.
    private func failure(
        for loss: WorkerLink.Loss,
        of execution: ExecutionID,
        at placement: Placement,
        over link: WorkerLink
    ) async -> Failure {
        if loss.certainty == .workerLost { return await self.loss(of: placement) }
        abandon.yield(Abandoned(execution: execution, session: placement.session, link: link))
        return Failure(
            .deadlineExceeded,
            "The worker did not answer in time; whether the code ran is not known, and it is not run again."
        )
    }

    /// The one clear error for a session that was lost with its worker.
    private func loss(of placement: Placement) async -> Failure {
        await node.lossWasTold(of: placement.session)
        return Failure(.sessionLost, FailureCode.sessionLost.meaning)
    }

    /// Cancels the executions whose clients went away, until cancelled itself.
    func runCancellations() async {
        await withDiscardingTaskGroup { group in
            for await execution in abandoned {
                group.addTask {
                    // If it does not arrive, the code's own time-out ends it.
                    _ = try? await execution.link.ask(
                        .cancel(execution.session, execution.execution),
                        by: .now + times.answerMargin
                    )
                }
            }
            group.cancelAll()
        }
    }
}

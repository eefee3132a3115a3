internal import ClusterState
package import Domain
internal import Wire

/// Executions that go on without their client: begun, read and cancelled by name.
extension Dispatcher {
    /// How long a worker may take for an answer that waits for nothing.
    private static let patience: Duration = .seconds(10)

    @concurrent
    package func begin(_ spec: ExecutionSpec, in session: SessionKey) async throws(Failure) -> EventPage {
        let pool = try await node.pool(named: session.pool)
        // From when it is sent on nothing here ends it, but until then a client that has gone wants nothing.
        guard !Task.isCancelled else { throw Self.cancelled }
        try checkSize(of: spec)
        let delivery = try await deliver(
            to: session,
            in: pool,
            wait: { .zero },
            unanswered: { loss, placement, _ in await unheard(loss, of: spec.id, at: placement) }
        ) { placement, wait in
            .execute(request(spec, at: placement, in: pool, wait: wait))
        }
        guard case .events(var page) = delivery.answer else { throw Self.misfit }
        page.timings[.route] = delivery.route
        return page
    }

    @concurrent
    package func events(
        of execution: ExecutionID,
        in session: SessionKey,
        from sequence: UInt64,
        wait: Duration
    ) async throws(Failure) -> EventPage {
        let wait = min(max(wait, .zero), times.longestWait)
        let answer = try await ask(about: execution, in: session, wait: wait) { life in
            .readEvents(
                ReadEventsRequest(
                    session: life,
                    execution: execution,
                    fromSequence: sequence,
                    wait: wait,
                    wantsFirstEvent: true
                )
            )
        }
        guard case .events(let page) = answer else { throw Self.misfit }
        return page
    }

    @concurrent
    package func cancel(_ execution: ExecutionID, in session: SessionKey) async throws(Failure) {
        let answer = try await ask(about: execution, in: session, wait: .zero) { .cancel($0, execution) }
        guard case .done = answer else { throw Self.misfit }
    }

    package func abandon(_ execution: ExecutionID, in session: SessionKey) async {
        guard let placement = await node.placement(of: session),
            let link = await node.link(to: placement.worker)
        else { return }
        // By another task: the one of a client that went away is cancelled.
        tellLater(.abandon(placement.session, execution), over: link)
    }

    @concurrent
    package func image(of pool: PoolName) async throws(Failure) -> ImageDescription {
        let pool = try await node.pool(named: pool)
        let silence = Failure(
            .noWorkerAvailable,
            "No worker tells what is installed at the moment; ask again.",
            retryAfterSeconds: 1
        )
        guard let link = await node.linkToAnyWorker() else { throw silence }
        do throws(WorkerLink.Loss) {
            switch try await link.ask(.describeImage(pool.runtime), by: .now + Self.patience) {
            case .image(let image): return image
            default: throw WorkerLink.Loss(certainty: .unanswered, reason: "no fitting answer")
            }
        } catch {
            throw silence
        }
    }

    private func ask(
        about execution: ExecutionID,
        in session: SessionKey,
        wait: Duration,
        _ request: (SessionLife) -> Command.Request
    ) async throws(Failure) -> Answer {
        _ = try await node.pool(named: session.pool)
        let (placement, link) = try await reach(
            session,
            else: Failure(
                .executionNotFound,
                "There is no execution \(execution): the session '\(session.identifier)' does not exist (any more)."
            )
        )
        return try await askAgain(
            request(placement.session),
            wait: wait,
            at: placement,
            over: link,
            mayBeEarly: true,
            gone: { cause in
                Failure(
                    .executionNotFound,
                    "There is no execution \(execution): its session has ended (\(cause))."
                )
            },
            unanswered: { loss in
                if loss.certainty == .workerLost { return await self.loss(of: placement) }
                return Failure(
                    .deadlineExceeded,
                    "The worker did not answer in time; ask again.",
                    retryAfterSeconds: 1
                )
            }
        )
    }

    private func unheard(
        _ loss: WorkerLink.Loss,
        of execution: ExecutionID,
        at placement: Placement
    ) async -> Failure {
        if loss.certainty == .workerLost { return await self.loss(of: placement) }
        return Failure(
            .deadlineExceeded,
            "The worker did not answer in time; whether it has taken \(execution) is not known. Ask again with the same operation-id.",
            retryAfterSeconds: 1
        )
    }
}

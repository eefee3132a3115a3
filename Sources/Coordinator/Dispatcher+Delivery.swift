internal import ClusterState
internal import Domain
internal import Wire

/// The way of a command to the worker that has the session, or that shall have it; each is carried out at most once.
extension Dispatcher {
    /// How many workers are tried for a new session, and how often a session may turn out to be gone.
    private static let attempts = 16

    /// A command that a worker has carried out.
    struct Delivery {
        /// What the worker answered; neither a failure nor that the session is gone.
        let answer: Answer
        /// Where the session is.
        let placement: Placement
        /// How the worker is reached.
        let link: WorkerLink
        /// How long it took to find the worker.
        let route: Duration
    }

    /// Takes a command to a session, which begins with it if the identifier has none.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - pool: its pool.
    ///   - wait: how long the worker may take for the answer, asked for anew with each attempt.
    ///   - unanswered: what the client is told of a command that was sent and has no answer.
    ///   - command: makes the command for a place.
    /// - Returns: the answer.
    /// - Throws: why there is none.
    func deliver(
        to session: SessionKey,
        in pool: PoolConfiguration,
        wait: () -> Duration,
        unanswered: (WorkerLink.Loss, Placement, WorkerLink) async -> Failure,
        _ command: (Placement, Duration) -> Command.Request
    ) async throws(Failure) -> Delivery {
        let started = ContinuousClock.now
        var placement = try await node.place(session, in: pool)
        let route = started.duration(to: .now)
        node.metrics.routed(in: session.pool, from: started, after: route)
        for _ in 0..<Self.attempts {
            guard let link = await node.link(to: placement.worker) else {
                throw Failure(
                    .noWorkerAvailable,
                    "The session's worker is not reachable.",
                    retryAfterSeconds: 1
                )
            }
            let wait = wait()
            switch try await attempt(command(placement, wait), wait, at: placement, over: link, unanswered) {
            case .accepted(let answer):
                return Delivery(answer: answer, placement: placement, link: link, route: route)
            case .refused:
                placement = try await node.placementRefused(placement, in: pool, isFull: true)
            case .unstarted:
                placement = try await placeElsewhere(placement, in: pool)
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
        case accepted(Answer)
        case refused
        case unstarted
        case unsent
        case gone(EndCause)
    }

    private func attempt(
        _ request: Command.Request,
        _ wait: Duration,
        at placement: Placement,
        over link: WorkerLink,
        _ unanswered: (WorkerLink.Loss, Placement, WorkerLink) async -> Failure
    ) async throws(Failure) -> Attempt {
        let answer: Answer
        do throws(WorkerLink.Loss) {
            answer = try await link.ask(request, by: .now + wait + times.answerMargin)
        } catch {
            return try await attempt(without: error, at: placement, over: link, unanswered)
        }
        switch answer {
        case .sessionGone(.startFailed?) where placement.mayCreate: return .unstarted
        case .sessionGone(let cause): return .gone(cause ?? .stopped)
        case .failure(let failure)
        where failure.code == .sessionsCountExceedsLimit && placement.mayCreate:
            return .refused
        case .failure(let failure) where failure.code == .staleAddressee:
            // This life of the worker is over, and nothing was done.
            await node.lifeEnded(placement.worker)
            if placement.state == .placing { return .unsent }
            throw await loss(of: placement)
        case .failure(let failure): throw failure
        default:
            await node.sessionBegan(placement)
            return .accepted(answer)
        }
    }

    /// Finds another worker for a session that could have no machine where it was placed; nothing was run.
    private func placeElsewhere(
        _ placement: Placement,
        in pool: PoolConfiguration
    ) async throws(Failure) -> Placement {
        do throws(Failure) {
            return try await node.placementRefused(placement, in: pool, isFull: false)
        } catch {
            switch error.code {
            case .staleAddressee:
                // Somebody was told already that the session is there: it has ended now.
                await node.sessionEnded(placement.session, on: placement.worker, cause: .startFailed)
                return try await node.place(placement.session.key, in: pool)
            case .noWorkerAvailable, .sessionsCountExceedsLimit:
                // The others have no room; what the client should know is that a sandbox fails to start.
                throw Failure(
                    .sandboxFailed,
                    "The sandbox could not be started; nothing was run. Try again.",
                    retryAfterSeconds: 1
                )
            default: throw error
            }
        }
    }

    /// What is done about a command without an answer.
    private func attempt(
        without loss: WorkerLink.Loss,
        at placement: Placement,
        over link: WorkerLink,
        _ unanswered: (WorkerLink.Loss, Placement, WorkerLink) async -> Failure
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
        case .unanswered, .workerLost, .cancelled: throw await unanswered(loss, placement, link)
        }
    }

    /// Finds a session that is there, and how its worker is reached; none begins for it.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - missing: what the client is told when there is none.
    /// - Returns: where it is, and the way there.
    /// - Throws: `missing`, `noWorkerAvailable`.
    func reach(
        _ session: SessionKey,
        else missing: @autoclosure () -> Failure
    ) async throws(Failure) -> (Placement, WorkerLink) {
        guard let placement = try await node.placementAskedFor(session) else { throw missing() }
        guard let link = await node.link(to: placement.worker) else {
            throw Failure(.noWorkerAvailable, "The session's worker is not reachable.", retryAfterSeconds: 1)
        }
        return (placement, link)
    }

    /// Asks more of a session that has answered before; another session of the identifier is none of that.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - wait: how long the worker may take for the answer.
    ///   - placement: where the session is.
    ///   - link: how the worker is reached.
    ///   - mayBeEarly: whether the request that begins the session may still be on its way.
    ///   - gone: what the client is told when the session has ended.
    ///   - unanswered: what the client is told when there is no answer.
    /// - Returns: the answer.
    /// - Throws: why there is none.
    func askAgain(
        _ request: Command.Request,
        wait: Duration,
        at placement: Placement,
        over link: WorkerLink,
        mayBeEarly: Bool = false,
        gone: (EndCause) -> Failure,
        unanswered: (WorkerLink.Loss) async -> Failure
    ) async throws(Failure) -> Answer {
        let answer: Answer
        do throws(WorkerLink.Loss) {
            answer = try await link.ask(request, by: .now + wait + times.answerMargin)
        } catch {
            throw await unanswered(error)
        }
        switch answer {
        case .sessionGone(nil) where mayBeEarly && placement.mayCreate:
            // The question was quicker than the request that begins the session: nothing has ended.
            throw Failure(
                .notReady,
                "The session is only just being made; ask again in a moment.",
                retryAfterSeconds: 1
            )
        case .sessionGone(let cause):
            let ended = cause ?? .guestCrashed
            await node.sessionEnded(placement.session, on: placement.worker, cause: ended)
            throw gone(ended)
        case .failure(let failure) where failure.code == .staleAddressee:
            await node.lifeEnded(placement.worker)
            throw await loss(of: placement)
        case .failure(let failure): throw failure
        default: return answer
        }
    }
}

internal import Domain
internal import Lifecycle
internal import MicroVM
internal import Wire

/// Commands of coordinators, those for files aside.
extension WorkerNode {
    /// Carries out a command of a coordinator that knows this epoch.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - deadline: when the asking side stops to wait.
    /// - Returns: the answer.
    /// - Throws: why there is none.
    func perform(
        _ request: Command.Request,
        by deadline: ContinuousClock.Instant
    ) async throws(Failure) -> Answer {
        switch request {
        case .hello(let offset, let lease):
            // Coordinators give one by pings only, which say since when it counts; older ones gave the first one here.
            if lease > .zero { renewLease(for: lease, standing: nil) }
            return sessionList(from: offset)
        case .ping(let length, let acknowledged, let standing, let since):
            renewLease(for: length, standing: standing, since: since)
            return pong(acknowledged: acknowledged)
        case .execute(let request): return try await execute(request, by: deadline)
        case .readEvents(let request):
            return try await ask(request.session, by: deadline) { sandbox async throws(Failure) in
                let page = try await sandbox.page(
                    of: request.execution,
                    from: request.fromSequence,
                    waitingFor: request.wantsFirstEvent ? .oneEvent : Sandbox.pageFull,
                    until: min(.now + request.wait, deadline)
                )
                return .events(page)
            }
        case .cancel(let session, let execution):
            return try await ask(session, by: deadline) { sandbox async throws(Failure) in
                try await sandbox.cancel(execution)
                return .done
            }
        case .abandon(let session, let execution):
            return try await ask(session, by: deadline) { sandbox async throws(Failure) in
                await sandbox.abandon(execution)
                return .done
            }
        case .file(let request): return try await perform(request, by: deadline)
        case .terminal(let request): return try await perform(request, by: deadline)
        case .keepReady(let targets):
            keepReady(targets)
            return .done
        case .stopSession(let session, let cause):
            return try await stop(session, cause: cause, by: deadline)
        case .describeSessions(let wanted): return await describe(wanted)
        case .describeImage(let runtime):
            guard let image = images[runtime] else {
                throw Failure(.noWorkerAvailable, "The worker's image does not tell what \(runtime) has.")
            }
            return .image(image)
        case .describeWorker: return .worker(description)
        case .readTemplate(let piece):
            do throws(MicroVMError) {
                return .templatePiece(try await hypervisor.piece(piece))
            } catch { throw Failure(.resourceNotFound, "The worker does not have this template.") }
        case .readConsole(let session):
            if let text = formerConsole(of: session) { return .console(text) }
            return try await ask(session, by: deadline) { sandbox async throws(Failure) in
                .console(await sandbox.consoleText())
            }
        }
    }

    /// Asks something of a session that is known already; one that has ended tells nothing.
    private func ask(
        _ session: SessionLife,
        by deadline: ContinuousClock.Instant,
        _ question: (Sandbox) async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        guard let sandbox = try live(session) else { return gone(session) }
        guard await sandbox.end != nil else { return try await question(sandbox) }
        return try await answerOnceGone(sandbox, by: deadline)
    }

    /// Does something with a session, which begins with it if it may.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - mayCreate: whether it begins with this if it is not there.
    ///   - pool: its pool.
    ///   - deadline: when the asking side stops to wait.
    ///   - body: does it; nil when the session ended without taking it in.
    /// - Returns: the answer.
    /// - Throws: why there is none.
    func use(
        _ session: SessionLife,
        mayCreate: Bool,
        in pool: PoolConfiguration,
        by deadline: ContinuousClock.Instant,
        _ body: (Sandbox) async throws(Failure) -> Answer?
    ) async throws(Failure) -> Answer {
        guard let (sandbox, _) = try sandbox(of: session, mayCreate: mayCreate, in: pool) else {
            return gone(session)
        }
        if let answer = try await asked(sandbox, body) { return answer }
        // Nothing was done: see `execute`.
        return try await answerOnceGone(sandbox, by: deadline)
    }

    /// Asks a sandbox; nil when it ended without taking that in, or never had a machine: another worker may be asked.
    private func asked<Value>(
        _ sandbox: Sandbox,
        _ question: (Sandbox) async throws(Failure) -> Value?
    ) async throws(Failure) -> Value? {
        do throws(Failure) {
            return try await question(sandbox)
        } catch {
            if await sandbox.hasFailedToStart { return nil }
            throw error
        }
    }

    /// Tells that a session has ended, but not before its machine is gone: then its identifier may begin anew.
    func answerOnceGone(
        _ sandbox: Sandbox,
        by deadline: ContinuousClock.Instant
    ) async throws(Failure) -> Answer {
        guard await sandbox.waitUntilGone(by: deadline) else { throw Self.stillEnding }
        return .sessionGone(await sandbox.end)
    }

    private func stop(
        _ session: SessionLife,
        cause: EndCause,
        by deadline: ContinuousClock.Instant
    ) async throws(Failure) -> Answer {
        guard let sandbox = try live(session) else {
            let answer = gone(session)
            // A request that would begin it may still be on its way: it comes too late.
            if sandboxes[session.key] == nil { ended.refuse(session, at: start.duration(to: .now)) }
            return answer
        }
        await sandbox.finish(cause)
        // Its identifier may begin anew elsewhere as soon as this is answered.
        guard await sandbox.waitUntilGone(by: deadline) else { throw Self.stillEnding }
        return .done
    }

    private func describe(_ wanted: [SessionLife]) async -> Answer {
        var known: [SessionDescription] = []
        for session in wanted {
            guard let sandbox = sandboxes[session.key], sandbox.session == session else { continue }
            if let description = await sandbox.description { known.append(description) }
        }
        return .descriptions(known)
    }

    /// What people want to know of this worker.
    private var description: WorkerDescription {
        let pools = ready.pools.sorted { $0.name.text < $1.name.text }
        return WorkerDescription(
            version: ProductVersion.text,
            startedMilliseconds: startedMilliseconds,
            ready: pools.map { pool in
                let state = ready.policy(for: pool)
                return WorkerDescription.Ready(
                    pool: pool.name,
                    wanted: state.target,
                    ready: state.ready,
                    starting: state.starting
                )
            },
            hasNoOpSandboxes: hypervisor.hasNoOpSandboxes
        )
    }

    private func execute(
        _ request: ExecuteRequest,
        by deadline: ContinuousClock.Instant
    ) async throws(Failure) -> Answer {
        let arrived = ContinuousClock.now
        let spec = try ExecutionSpec(
            id: request.execution,
            input: request.input,
            timeout: request.timeout,
            form: request.form,
            limits: request.pool.limits
        )
        guard
            let (sandbox, isNew) = try sandbox(
                of: request.session,
                mayCreate: request.mayCreate,
                in: request.pool
            )
        else { return gone(request.session) }
        let page = try await asked(sandbox) { sandbox async throws(Failure) in
            try await sandbox.execute(
                spec,
                beganSession: isNew,
                until: min(arrived + request.wait, deadline)
            )
        }
        guard var page else {
            // Nothing was run, and nothing is lost by waiting.
            return try await answerOnceGone(sandbox, by: deadline)
        }
        let whole = arrived.duration(to: .now)
        page.timings[.worker] = whole
        metrics.answered(after: whole, in: request.pool.name)
        return .events(page)
    }

    private func live(_ session: SessionLife) throws(Failure) -> Sandbox? {
        guard leases.isHeld(.now) else {
            throw Self.withoutLease
        }
        // Another generation is another session; `staleAddressee` is for lives of the worker alone.
        return sandboxes[session.key].flatMap { $0.session == session ? $0 : nil }
    }

    private static let stillEnding = Failure(
        .notReady,
        "The session is just being ended.",
        retryAfterSeconds: 1
    )

    func gone(_ session: SessionLife) -> Answer {
        let last = ended.newest(of: session.key)
        return .sessionGone(last?.session == session ? last?.cause : nil)
    }

    /// A part of the list of sessions; places in it are never given to another sandbox, so that no
    /// session is left out although others end while the list is told.
    private func sessionList(from place: Int) -> Answer {
        let rest = sandboxes.values.filter { $0.place >= place }.sorted { $0.place < $1.place }
        let part = rest.prefix(WireLimits.sessionsPerList)
        return .sessions(
            part.map(\.session),
            nextOffset: part.count < rest.count ? part.last.map { $0.place + 1 } : nil
        )
    }
}

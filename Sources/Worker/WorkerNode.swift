package import Domain
internal import Lifecycle
package import Wire

/// What the service gives a task of its own.
enum Launch: Sendable {
    /// A session that needs a machine.
    case sandbox(Sandbox)
    /// A machine that will wait for a session.
    case ready(ReadyMachine)
}

/// The worker's actor: it owns the sandboxes of this machine and answers what coordinators ask.
package actor WorkerNode {
    /// This life of the worker.
    package nonisolated let incarnation: Incarnation
    /// What is to be run; the service takes it and gives each a task.
    nonisolated let launches: AsyncStream<Launch>
    let configuration: WorkerConfiguration
    let launch: AsyncStream<Launch>.Continuation
    /// The machines that wait for a session.
    var ready = ReadyMachines()
    private var epoch = WorkerEpoch(1)
    private var lease = Lease<ContinuousClock.Instant>()
    private var sandboxes: [SessionKey: Sandbox] = [:]
    /// Sandboxes that serve no session any more, until their machines are gone; they still take room.
    private var leaving: [ObjectIdentifier: Sandbox] = [:]
    private var ended = EndedSessions()
    /// Sandboxes that are to end; the watching loop ends them.
    private var condemned: [(Sandbox, EndCause)] = []
    /// Numbers the sandboxes, so that a list of them has an order that does not shift.
    private var lastPlace = 0
    private var leaseChanges = ChangeSignal()
    private var lastPing: ContinuousClock.Instant?
    private var randomness = SystemRandomNumberGenerator()

    /// Makes a worker without sessions.
    ///
    /// - Parameters:
    ///   - configuration: what it has to know.
    ///   - incarnation: this life of the worker.
    package init(configuration: WorkerConfiguration, incarnation: Incarnation) {
        self.configuration = configuration
        self.incarnation = incarnation
        // Bounded by the capacity: each entry is a sandbox that counts as a session already.
        (launches, launch) = AsyncStream.makeStream(of: Launch.self)
    }

    /// Carries out a command.
    ///
    /// - Parameters:
    ///   - command: what is asked.
    ///   - deadline: when the asking side stops to wait.
    /// - Returns: the answer.
    package func answer(_ command: Command, by deadline: ContinuousClock.Instant) async -> Answer {
        do throws(Failure) {
            // First of all: a command that waited somewhere, be it a ping, revives no lease.
            fenceIfLeaseIsLost()
            guard command.epoch == epoch else {
                throw Failure(.staleAddressee, "The worker has lost its lease since then and begun anew.")
            }
            return try await perform(command.request, by: deadline)
        } catch {
            return .failure(error)
        }
    }

    private func perform(
        _ request: Command.Request,
        by deadline: ContinuousClock.Instant
    ) async throws(Failure) -> Answer {
        switch request {
        case .hello(let offset, let lease):
            renewLease(for: lease)
            return sessionList(from: offset)
        case .ping(let length, let acknowledged): return pong(lease: length, acknowledged: acknowledged)
        case .execute(let request): return try await execute(request, by: deadline)
        case .readEvents(let request):
            guard let sandbox = try live(request.session) else { return gone(request.session) }
            let page = try await sandbox.page(
                of: request.execution,
                from: request.fromSequence,
                until: min(.now + request.wait, deadline)
            )
            return .events(page)
        case .cancel(let session, let execution):
            guard let sandbox = try live(session) else { return gone(session) }
            try await sandbox.cancel(execution)
            return .done
        case .file(let request): return try await perform(request, by: deadline)
        case .keepReady(let targets):
            keepReady(targets)
            return .done
        case .stopSession(let session, let cause):
            return try await stop(session, cause: cause, by: deadline)
        case .describeSessions(let wanted): return await describe(wanted)
        case .describeImage: throw Failure(.internalError, "This worker does not tell its image yet.")
        }
    }

    private func stop(
        _ session: SessionLife,
        cause: EndCause,
        by deadline: ContinuousClock.Instant
    ) async throws(Failure) -> Answer {
        guard let sandbox = try live(session) else {
            let answer = gone(session)
            // A request that would begin it may still be on its way: it comes too late.
            if sandboxes[session.key] == nil { ended.refuse(session) }
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

    static let stillEnding = Failure(
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

    private func pong(lease length: Duration, acknowledged: UInt64) -> Answer {
        renewLease(for: length)
        lastPing = .now
        ended.acknowledge(upTo: acknowledged)
        return .pong(
            Pong(
                epoch: epoch,
                capacity: configuration.capacity,
                sessionCount: sandboxes.count,
                isAccepting: hasRoom,
                ended: ended.pending
            )
        )
    }

    private func renewLease(for length: Duration) {
        lease.renew(for: length, now: .now)
        leaseChanges.notify()
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
        let page = try await sandbox.execute(
            spec,
            beganSession: isNew,
            until: min(arrived + request.wait, deadline)
        )
        guard var page else {
            // The session had ended, but its machine is not gone yet: nothing was run, and nothing is
            // lost by waiting until the identifier can begin anew.
            guard await sandbox.waitUntilGone(by: deadline) else { throw Self.stillEnding }
            return .sessionGone(await sandbox.end)
        }
        page.timings[.worker] = arrived.duration(to: .now)
        return .events(page)
    }

    /// Finds or makes the sandbox of a request.
    ///
    /// There is no `await` in it: of many first requests
    /// with one identifier, exactly one makes the sandbox.
    func sandbox(
        of session: SessionLife,
        mayCreate: Bool,
        in pool: PoolConfiguration
    ) throws(Failure) -> (sandbox: Sandbox, isNew: Bool)? {
        guard lease.isHeld(.now) else {
            throw Failure(.staleAddressee, "The worker has no lease from a coordinator at the moment.")
        }
        let key = session.key
        let present = sandboxes[key]
        let admission = SessionAdmission.decide(
            requested: session.generation,
            live: present?.session.generation,
            ended: ended.newest(of: key)?.session.generation,
            mayCreate: mayCreate,
            hasRoom: hasRoom
        )
        switch admission {
        case .serve:
            guard let present else { preconditionFailure("only a live session serves") }
            return (present, false)
        case .create, .replace:
            if let present { dismiss(present, cause: .stopped) }
            lastPlace += 1
            let sandbox = Sandbox(
                session: session,
                pool: pool,
                instance: instanceName(),
                place: lastPlace,
                patience: configuration.patience,
                former: lastLeaving(of: key)
            )
            sandboxes[key] = sandbox
            if !ready.claim(of: pool, for: sandbox) { launch.yield(.sandbox(sandbox)) }
            refill()
            return (sandbox, true)
        case .stale, .unknown:
            return nil
        case .full:
            ended.refuse(session)
            throw Failure(
                .sessionsCountExceedsLimit,
                "The worker has no room for another session.",
                retryAfterSeconds: 1
            )
        }
    }

    private func live(_ session: SessionLife) throws(Failure) -> Sandbox? {
        guard lease.isHeld(.now) else {
            throw Failure(.staleAddressee, "The worker has no lease from a coordinator at the moment.")
        }
        // Another generation is another session; `staleAddressee` is for lives of the worker alone.
        return sandboxes[session.key].flatMap { $0.session == session ? $0 : nil }
    }

    /// Takes a session out of the list at once; its sandbox ends soon.
    private func dismiss(_ sandbox: Sandbox, cause: EndCause) {
        sandboxes[sandbox.session.key] = nil
        leaving[ObjectIdentifier(sandbox)] = sandbox
        condemned.append((sandbox, cause))
        leaseChanges.notify()
    }

    /// The sandbox of an identifier whose machine has to be gone before another one begins.
    private func lastLeaving(of key: SessionKey) -> Sandbox? {
        leaving.values.filter { $0.session.key == key }.max { $0.place < $1.place }
    }

    /// Takes a session out that has ended.
    ///
    /// - Parameters:
    ///   - sandbox: the session's sandbox, whose machine is gone.
    ///   - cause: why it ended.
    func sessionEnded(_ sandbox: Sandbox, cause: EndCause) {
        ended.append(sandbox.session, cause: cause)
        leaving[ObjectIdentifier(sandbox)] = nil
        if sandboxes[sandbox.session.key] === sandbox { sandboxes[sandbox.session.key] = nil }
        refill()
    }

    /// Ends what has to end: all sessions when the lease is lost, before anyone may begin them
    /// elsewhere, and those that were superseded.
    func watchLease() async {
        while !Task.isCancelled {
            fenceIfLeaseIsLost()
            if let (sandbox, cause) = condemned.popLast() {
                await sandbox.finish(cause)
                // More may have come meanwhile: only who finds nothing goes on without an `await`.
                continue
            }
            let subscription = leaseChanges.subscribe()
            await subscription.wait(until: lease.expiry ?? .now + .seconds(60))
            leaseChanges.unsubscribe(subscription)
        }
    }

    /// A coordinator refused the announcement.
    ///
    /// - Parameter failure: why; `staleAddressee` asks for a new epoch.
    func announcementRefused(_ failure: Failure) {
        // With a lease the refusal is an old one: some coordinator has called since then.
        guard failure.code == .staleAddressee, !lease.isHeld(.now) else { return }
        beginNewEpoch()
    }

    private func fenceIfLeaseIsLost() {
        guard lease.expiry != nil, !lease.isHeld(.now) else { return }
        beginNewEpoch()
    }

    private func beginNewEpoch() {
        lease.release()
        lastPing = nil
        epoch = epoch.next
        // Out of the list at once: a coordinator that calls in the new epoch must not take them for alive.
        for sandbox in sandboxes.values { dismiss(sandbox, cause: .workerLost) }
        leaseChanges.notify()
    }

    /// What the worker says of itself while no coordinator calls it.
    ///
    /// - Parameters:
    ///   - address: where its inbox is.
    ///   - silence: how long no ping may have come.
    /// - Returns: the announcement, or nil when a coordinator calls.
    func announcement(address: String, afterSilenceOf silence: Duration) -> Announcement? {
        if let lastPing, lastPing.duration(to: .now) < silence { return nil }
        return Announcement(
            worker: configuration.id,
            address: address,
            epoch: epoch,
            capacity: configuration.capacity
        )
    }

    /// Whether another session fits; ready machines give way to it.
    private var hasRoom: Bool { sandboxes.count + leaving.count < configuration.capacity.sessions }

    /// How many more machines fit; negative when there are too many.
    var roomForMachines: Int {
        configuration.capacity.sessions - sandboxes.count - leaving.count - ready.count
    }

    private func instanceName() -> String {
        let digits = Array("0123456789abcdef")
        let text = (0..<32).map { _ in digits[Int.random(in: 0..<16, using: &randomness)] }
        // The form of a GUID, as `x-ms-session-guid` has it.
        return [text[0..<8], text[8..<12], text[12..<16], text[16..<20], text[20..<32]].map { String($0) }
            .joined(separator: "-")
    }
}

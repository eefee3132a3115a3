package import Domain
internal import Lifecycle
internal import MicroVM
internal import Telemetry
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
    /// What the guest image has installed for each runtime, as far as it tells.
    let images: [Runtime: ImageDescription]
    /// Where machines come from: what other workers may copy.
    let hypervisor: any Hypervisor
    /// What it measures as it goes.
    nonisolated let metrics: WorkerMetrics
    /// Who uses how much.
    var usage = UsageMeter<ContinuousClock.Instant>()
    /// The machines that wait for a session.
    var ready = ReadyMachines()
    /// Counts how often the worker has begun anew after it lost its lease.
    var epoch = WorkerEpoch(1)
    /// Until when it may serve.
    var leases = CoordinatorLeases<ContinuousClock.Instant>()
    /// Where the coordinators receive that share a directory, by the word of them that is newest.
    var roster: (revision: UInt64, addresses: [String]) = (0, [])
    /// The sessions that it serves.
    var sandboxes: [SessionKey: Sandbox] = [:]
    /// Sandboxes that serve no session any more, until their machines are gone; they still take room.
    var leaving: [ObjectIdentifier: Sandbox] = [:]
    /// The sessions that ended here.
    var ended = EndedSessions()
    /// The consoles of sessions that ended here.
    private var formerConsoles = FormerConsoles()
    /// Sandboxes that are to end; the watching loop ends them.
    var condemned: [(Sandbox, EndCause)] = []
    /// Numbers the sandboxes, so that a list of them has an order that does not shift.
    private var lastPlace = 0
    /// Wakes the watching loop.
    var leaseChanges = ChangeSignal()
    /// When it began, by the clock that leases count with.
    let start = ContinuousClock.now
    /// When it began, in milliseconds since 1970.
    let startedMilliseconds = WallClock.milliseconds
    private var randomness = SystemRandomNumberGenerator()

    /// Makes a worker without sessions.
    ///
    /// - Parameters:
    ///   - configuration: what it has to know.
    ///   - incarnation: this life of the worker.
    ///   - images: what the guest image has installed for each runtime.
    ///   - hypervisor: where machines come from.
    ///   - metrics: what it measures as it goes.
    init(
        configuration: WorkerConfiguration,
        incarnation: Incarnation,
        images: [Runtime: ImageDescription],
        hypervisor: any Hypervisor,
        metrics: WorkerMetrics = WorkerMetrics()
    ) {
        self.hypervisor = hypervisor
        self.metrics = metrics
        self.configuration = configuration
        self.images = images
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

    /// Finds or makes the sandbox of a request.
    ///
    /// There is no `await` in it: of many first requests with one identifier, exactly one makes the sandbox.
    func sandbox(
        of session: SessionLife,
        mayCreate: Bool,
        in pool: PoolConfiguration
    ) throws(Failure) -> (sandbox: Sandbox, isNew: Bool)? {
        guard leases.isHeld(.now) else {
            throw Self.withoutLease
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
                metrics: metrics,
                former: lastLeaving(of: key)
            )
            sandboxes[key] = sandbox
            let isReady = ready.claim(of: pool, for: sandbox)
            if !isReady { launch.yield(.sandbox(sandbox)) }
            metrics.sessionBegan(in: pool.name, onReadyMachine: isReady)
            usage.begin(lastPlace, in: pool, for: RequestOrigin.current?.account ?? "", at: .now)
            refill()
            return (sandbox, true)
        case .stale, .unknown:
            return nil
        case .full:
            ended.refuse(session, at: start.duration(to: .now))
            throw Failure(
                .sessionsCountExceedsLimit,
                "The worker has no room for another session.",
                retryAfterSeconds: 1
            )
        }
    }

    /// Not `staleAddressee`: that would say that this life of the worker is over for ever.
    static let withoutLease = Failure(
        .notReady,
        "The worker has no lease from a coordinator at the moment.",
        retryAfterSeconds: 1
    )

    /// Takes a session out of the list at once; its sandbox ends soon.
    func dismiss(_ sandbox: Sandbox, cause: EndCause) {
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
        ended.append(sandbox.session, cause: cause, at: start.duration(to: .now))
        leaving[ObjectIdentifier(sandbox)] = nil
        usage.end(sandbox.place, at: .now)
        if sandboxes[sandbox.session.key] === sandbox { sandboxes[sandbox.session.key] = nil }
        refill()
    }

    /// Keeps the console of a session that ends.
    func keepConsole(_ text: [UInt8], of session: SessionLife) {
        formerConsoles.keep(text, of: session, at: .now)
    }

    /// The console of a session that has ended here.
    func formerConsole(of session: SessionLife) -> [UInt8]? { formerConsoles.text(of: session, at: .now) }

    /// Whether another session fits; ready machines give way to it.
    var hasRoom: Bool { sandboxes.count + leaving.count < configuration.capacity.sessions }

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

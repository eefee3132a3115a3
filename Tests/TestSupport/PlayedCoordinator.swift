package import Domain
internal import Logging
internal import MicroVM
internal import Synchronization
package import Transport
package import Wire
package import Worker

/// A coordinator that the test plays, and a real worker that takes it for one.
package struct PlayedCoordinator: Sendable {
    /// The worker's machines.
    package let hypervisor: PlayedHypervisor
    /// The network.
    package let network: InMemoryTransport
    /// What the worker has logged.
    package let log: LogBook
    /// The pool of the requests.
    package var pool: PoolConfiguration
    /// The worker's life, as it announced itself first.
    package let worker: Incarnation
    /// Where the worker's inbox is.
    package let workerAddress: String
    private let line: Line

    /// The test's end of the conversation.
    private final class Line: Sendable {
        let inbox: any Inbox
        let key: ClusterKey
        let incarnation: Incarnation
        let answers = Correspondence<Answer>(capacity: 10_000)
        let announcements = Mutex<[(Announcement, Incarnation)]>([])
        let outbox = Mutex<(any Outbox)?>(nil)

        init(inbox: any Inbox, key: ClusterKey, incarnation: Incarnation) {
            self.inbox = inbox
            self.key = key
            self.incarnation = incarnation
        }

        func receive() async {
            while !Task.isCancelled {
                guard let bytes = try? await inbox.receive(),
                    let envelope = try? ReceivedEnvelope(bytes, key: key),
                    let content = try? envelope.content()
                else { continue }
                switch content {
                case .answer(let answer): await answers.deliver(answer, for: envelope.number)
                case .announcement(let said): announcements.withLock { $0.append((said, envelope.sender)) }
                case .command: break
                }
            }
        }
    }

    /// Runs a worker while `body` does.
    ///
    /// - Parameters:
    ///   - capacity: how many sessions it takes.
    ///   - patience: how long it waits for guests.
    ///   - lease: what the first hello brings; nil when the test says hello by itself.
    ///   - network: the network.
    ///   - hypervisor: the worker's machines.
    ///   - isNoOp: whether the worker has no-op sandboxes instead of machines.
    ///   - others: the worker's pools after the one of the requests.
    ///   - change: changes the pool.
    ///   - body: plays the coordinator.
    /// - Throws: what `body` throws, or that machines are left over.
    package static func with(
        capacity: Int = 100,
        patience: GuestPatience = GuestPatience(),
        lease: Duration? = .seconds(3_600),
        over network: InMemoryTransport = InMemoryTransport(),
        hypervisor: PlayedHypervisor = PlayedHypervisor(),
        isNoOp: Bool = false,
        others: [PoolConfiguration] = [],
        pool change: (inout PoolConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (PlayedCoordinator) async throws -> Void
    ) async throws {
        var pool = PoolConfiguration(name: try PoolName("python"))
        change(&pool)
        let key = try ClusterKey((0..<32).map { UInt8($0) })
        let inbox = try await network.openInbox(at: "tcp://127.0.0.1:0", maximumMessageSize: 32 << 20)
        let line = Line(inbox: inbox, key: key, incarnation: Incarnation(77))
        let log = LogBook()
        let service = WorkerService(
            configuration: WorkerConfiguration(
                id: try WorkerID("worker"),
                address: "tcp://127.0.0.1:0",
                coordinators: [inbox.address],
                capacity: WorkerCapacity(sessions: capacity, weight: 1),
                pools: [pool] + others,
                clusterKey: key,
                patience: patience
            ),
            hypervisor: isNoOp ? NoOpHypervisor() : hypervisor,
            post: network,
            logger: log.logger
        ) { _ in }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await line.receive() }
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            let (said, sender) = try await Self.first(of: line)
            let outbox = try await network.openOutbox(to: said.address)
            line.outbox.withLock { $0 = outbox }
            let played = PlayedCoordinator(
                hypervisor: hypervisor,
                network: network,
                log: log,
                pool: pool,
                worker: sender,
                workerAddress: said.address,
                line: line
            )
            if let lease { _ = try await played.ask(.hello(offset: 0, lease: lease)) }
            try await body(played)
        }
        // The group has waited for the worker's end.
        guard hypervisor.liveMachines == 0 else { throw MachinesLeft(count: hypervisor.liveMachines) }
    }

    /// Machines outlived their worker.
    package struct MachinesLeft: Error {
        let count: Int
    }

    private static func first(of line: Line) async throws -> (Announcement, Incarnation) {
        while true {
            if let first = line.announcements.withLock({ $0.first }) { return first }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// What the test says.
extension PlayedCoordinator {
    /// How often the worker has announced itself, and its latest epoch.
    package var announced: (count: Int, epoch: WorkerEpoch?) {
        line.announcements.withLock { ($0.count, $0.last?.0.epoch) }
    }

    /// Asks the worker something.
    ///
    /// - Parameters:
    ///   - request: what.
    ///   - epoch: the worker's epoch as the test sees it.
    ///   - addressee: the worker's life as the test sees it.
    ///   - limit: how long to wait for the answer.
    /// - Returns: the answer.
    /// - Throws: a `TransportError` when there is none.
    package func ask(
        _ request: Command.Request,
        epoch: WorkerEpoch = WorkerEpoch(1),
        addressee: Incarnation? = nil,
        limit: Duration = .seconds(20)
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + limit
        return try await line.answers.ask(by: deadline) { number in
            try await send(
                .command(Command(epoch: epoch, request: request)),
                number: number,
                addressee: addressee ?? worker,
                limit: limit
            )
        }
    }

    /// Sends the worker something that has no answer.
    ///
    /// - Parameters:
    ///   - content: what.
    ///   - number: the envelope's number.
    ///   - addressee: the life that it is for.
    ///   - limit: how long it is of use.
    /// - Throws: a `TransportError` when it cannot be sent.
    package func send(
        _ content: Envelope.Content,
        number: UInt64 = 0,
        addressee: Incarnation? = nil,
        limit: Duration = .seconds(20)
    ) async throws {
        let bytes = try Envelope(
            addressee: addressee ?? worker,
            sender: line.incarnation,
            number: number,
            timeLeft: limit,
            replyAddress: number == 0 ? "" : line.inbox.address,
            content: content
        ).encoded(key: line.key)
        try await line.outbox.withLock { $0 }?.send(bytes, timeout: limit)
    }

    /// Sends the worker any bytes.
    ///
    /// - Parameter bytes: the message.
    /// - Throws: a `TransportError` when it cannot be sent.
    package func send(raw bytes: [UInt8]) async throws {
        try await line.outbox.withLock { $0 }?.send(bytes, timeout: .seconds(5))
    }

    /// Asks for an execution.
    ///
    /// - Parameters:
    ///   - code: a script of ``PlayedHypervisor``.
    ///   - identifier: the session's identifier.
    ///   - generation: the session's generation.
    ///   - name: the execution's name; one for each code when nil.
    ///   - input: what is run instead of the code.
    ///   - form: how it is to be answered.
    ///   - mayCreate: whether the session may be made.
    ///   - timeout: how long the code may run.
    ///   - wait: how long the answer may wait.
    ///   - epoch: the worker's epoch as the test sees it.
    /// - Returns: the answer.
    /// - Throws: a `TransportError` when there is none.
    package func run(
        _ code: String,
        in identifier: String = "session",
        generation: UInt64 = 1,
        name: String? = nil,
        input: ExecutionInput? = nil,
        form: AnswerForm = AnswerForm(),
        mayCreate: Bool = true,
        timeout: Duration = .seconds(60),
        wait: Duration = .seconds(15),
        epoch: WorkerEpoch = WorkerEpoch(1)
    ) async throws -> Answer {
        let fallback = "run-\(code)".replacing(" ", with: "-")
        let request = ExecuteRequest(
            session: try life(identifier, generation),
            mayCreate: mayCreate,
            execution: try ExecutionID(name ?? fallback),
            input: input ?? .code(code),
            timeout: timeout,
            form: form,
            pool: pool,
            wait: wait
        )
        return try await ask(.execute(request), epoch: epoch)
    }

    /// Reads an execution by its name, as those do who have begun it.
    ///
    /// - Parameters:
    ///   - name: the execution's name.
    ///   - sequence: the first place that is wanted.
    ///   - identifier: the session's identifier.
    ///   - wait: how long the answer may wait for the first new event.
    /// - Returns: the answer.
    /// - Throws: a `TransportError` when there is none.
    package func read(
        _ name: String,
        from sequence: UInt64 = 0,
        in identifier: String = "session",
        wait: Duration = .zero
    ) async throws -> Answer {
        let request = ReadEventsRequest(
            session: try life(identifier),
            execution: try ExecutionID(name),
            fromSequence: sequence,
            wait: wait,
            wantsFirstEvent: true
        )
        return try await ask(.readEvents(request))
    }

    /// One life of a session.
    ///
    /// - Parameters:
    ///   - identifier: its identifier.
    ///   - generation: its generation.
    /// - Returns: the life.
    /// - Throws: a `Failure` when the identifier is none.
    package func life(_ identifier: String = "session", _ generation: UInt64 = 1) throws -> SessionLife {
        SessionLife(
            key: SessionKey(pool: pool.name, identifier: try SessionIdentifier(identifier)),
            generation: SessionGeneration(generation)
        )
    }
}

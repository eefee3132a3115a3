internal import ClusterState
internal import Domain
internal import Telemetry
internal import Transport
internal import Wire

/// The line to one life of a worker: its outbox and the answers that are awaited from it.
struct WorkerLink: Sendable {
    /// How many executions and reads may await their answers from one worker.
    private static let capacity = 4_096
    /// How many short commands may; apart, so that pings get through however many executions there are.
    private static let shortCapacity = 1_024
    /// The numbers of one link, and the half of them that is for short commands.
    private static let numbers: UInt64 = 1 << 40

    /// Whom it reaches.
    let life: WorkerLife
    private let sender: Incarnation
    private let replyAddress: String
    private let key: ClusterKey
    private let outbox: any Outbox
    private let metrics: CoordinatorMetrics
    private let executions: Correspondence<Answer>
    private let shortCommands: Correspondence<Answer>

    /// What became of a command that has no answer.
    struct Loss: Error {
        /// How much is known.
        enum Certainty {
            /// The line to the worker is broken; the command certainly never reached it.
            case notSent
            /// Too much is on its way to the worker; the command certainly never reached it.
            case overloaded
            /// The command has no encoding, so it reached nobody; that is not the worker's fault.
            case unsendable
            /// It was sent; whether it was carried out is not known.
            case unanswered
            /// The worker was declared lost while the answer was awaited.
            case workerLost
            /// The caller gave up; it may have been carried out.
            case cancelled
        }

        let certainty: Certainty
        let reason: String
    }

    /// Makes a link.
    ///
    /// - Parameters:
    ///   - life: whom it reaches.
    ///   - serial: counts the links of this coordinator's life: no number of a question is used by two
    ///     links, for two lives of one worker have the same process and send to the same inbox.
    ///   - sender: this life of the coordinator.
    ///   - replyAddress: the coordinator's inbox.
    ///   - key: the cluster's secret.
    ///   - outbox: the line to the worker's inbox.
    ///   - metrics: counts and traces what is sent.
    init(
        life: WorkerLife,
        serial: UInt64,
        sender: Incarnation,
        replyAddress: String,
        key: ClusterKey,
        outbox: any Outbox,
        metrics: CoordinatorMetrics
    ) {
        self.life = life
        let first = serial &* Self.numbers
        executions = Correspondence(capacity: Self.capacity, firstNumber: first)
        shortCommands = Correspondence(capacity: Self.shortCapacity, firstNumber: first + Self.numbers / 2)
        self.sender = sender
        self.replyAddress = replyAddress
        self.key = key
        self.outbox = outbox
        self.metrics = metrics
    }

    /// Sends a command, once, and waits for its answer.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - deadline: when to give up.
    /// - Returns: the answer, be it a failure.
    /// - Throws: what is known of a command without an answer.
    func ask(
        _ request: Command.Request,
        by deadline: ContinuousClock.Instant
    ) async throws(Loss) -> Answer {
        let origin = RequestOrigin.current
        guard let tracer = metrics.tracer, let origin, origin.trace.isSampled else {
            return try await ask(request, for: origin, by: deadline)
        }
        let start = ContinuousClock.now
        var own = origin
        own.trace = origin.trace.below(tracer.spanNumber())
        var span: Span {
            Span("\(request.kind) at worker", .client, at: own.trace, below: origin.trace.span, from: start)
                .with("cloister.worker", .text(life.worker.text))
        }
        do throws(Loss) {
            let answer = try await ask(request, for: own, by: deadline)
            tracer.record(span)
            return answer
        } catch {
            var failed = span
            failed.trouble = "\(error.certainty)"
            tracer.record(failed)
            throw error
        }
    }

    private func ask(
        _ request: Command.Request,
        for origin: RequestOrigin?,
        by deadline: ContinuousClock.Instant
    ) async throws(Loss) -> Answer {
        do {
            return try await correspondence(for: request).ask(by: deadline) { number in
                try await send(request, for: origin, number: number, by: deadline)
            }
        } catch {
            let loss = Self.loss(for: error)
            metrics.messages.failedToSend("\(loss.certainty)")
            throw loss
        }
    }

    private static func loss(for error: any Error) -> Loss {
        if let loss = error as? Loss { return loss }
        guard let error = error as? TransportError else {
            return Loss(certainty: .unanswered, reason: "\(error)")
        }
        return switch error.code {
        case .overloaded: Loss(certainty: .overloaded, reason: error.message)
        case .cancelled: Loss(certainty: .cancelled, reason: error.message)
        case .peerLost: Loss(certainty: .workerLost, reason: error.message)
        default: Loss(certainty: .unanswered, reason: error.message)
        }
    }

    /// How many commands wait for an answer.
    ///
    /// - Returns: those that may wait for an execution, and short ones.
    func inFlight() async -> (long: Int, short: Int) {
        (await executions.openQuestions, await shortCommands.openQuestions)
    }

    private func send(
        _ request: Command.Request,
        for origin: RequestOrigin?,
        number: UInt64,
        by deadline: ContinuousClock.Instant
    ) async throws(Loss) {
        let bytes: [UInt8]
        do {
            bytes = try Envelope(
                addressee: life.incarnation,
                sender: sender,
                number: number,
                timeLeft: ContinuousClock.now.duration(to: deadline),
                replyAddress: replyAddress,
                content: .command(
                    Command(epoch: life.epoch, request: request, origin: origin)
                )
            ).encoded(key: key)
        } catch {
            throw Loss(certainty: .unsendable, reason: error.message)
        }
        do {
            try await outbox.send(bytes, by: deadline)
            metrics.messages.sent(request.kind, bytes: bytes.count)
        } catch {
            switch error.code {
            case .cancelled: throw Loss(certainty: .cancelled, reason: error.message)
            case .overloaded: throw Loss(certainty: .overloaded, reason: error.message)
            case .messageTooLarge: throw Loss(certainty: .unsendable, reason: error.message)
            default: throw Loss(certainty: .notSent, reason: error.message)
            }
        }
    }

    private func correspondence(for request: Command.Request) -> Correspondence<Answer> {
        switch request {
        case .execute, .readEvents, .file, .terminal, .readTemplate: executions
        case .hello, .ping, .cancel, .abandon, .stopSession, .keepReady, .describeSessions, .describeImage,
            .describeWorker, .readConsole:
            shortCommands
        }
    }

    /// Which link asked a question.
    ///
    /// - Parameter number: the question's number.
    /// - Returns: the link's serial number.
    static func serial(ofQuestion number: UInt64) -> UInt64 { number / numbers }

    /// Hands over an answer that arrived.
    ///
    /// - Parameters:
    ///   - answer: the answer.
    ///   - number: the number of its question.
    func deliver(_ answer: Answer, for number: UInt64) async {
        let isShort = number % Self.numbers >= Self.numbers / 2
        await (isShort ? shortCommands : executions).deliver(answer, for: number)
    }

    /// Fails all who wait, and closes the line.
    func close() async {
        await failAll()
        await outbox.close()
        // Who asked between the two has sent without anyone to answer.
        await failAll()
    }

    private func failAll() async {
        let error = TransportError(.peerLost, "The worker was declared lost.")
        await executions.failAll(with: error)
        await shortCommands.failAll(with: error)
    }
}

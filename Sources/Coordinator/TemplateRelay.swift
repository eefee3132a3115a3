internal import Domain
internal import Logging
internal import Transport
internal import Wire

/// Passes pieces of templates from a worker that has them to one that lacks them; workers do not know each other.
///
/// It keeps nothing of them, and runs below everything else: a copy is never worth a request or a ping.
actor TemplateRelay {
    /// A worker that asks.
    struct Question: Sendable {
        let piece: TemplatePieceName
        let worker: Incarnation
        let number: UInt64
        let replyAddress: String
        let deadline: ContinuousClock.Instant
    }

    /// How many questions are in hand; each brings a piece into memory.
    private static let questionsMax = 8
    /// How long a worker may take to say that it has a template.
    private static let searchTimeout: Duration = .seconds(1)
    /// How many workers are asked for a template at most.
    private static let searchMax = 16
    /// How long the sending of an answer may take.
    private static let sendTimeout: Duration = .seconds(5)

    /// What was asked and is not answered yet.
    private nonisolated let questions: AsyncStream<Question>
    nonisolated let ask: AsyncStream<Question>.Continuation
    private nonisolated let node: CoordinatorNode
    private nonisolated let outboxes: ReplyOutboxes
    private nonisolated let key: ClusterKey
    private nonisolated let logger: Logger
    private let start = ContinuousClock.now
    private var places = TransferPlaces()

    /// Makes a relay.
    ///
    /// - Parameters:
    ///   - node: the coordinator's actor.
    ///   - post: how answers are sent.
    ///   - key: the cluster's secret.
    ///   - logger: where it logs.
    init(node: CoordinatorNode, post: any Post, key: ClusterKey, logger: Logger) {
        self.node = node
        self.key = key
        self.logger = logger
        outboxes = ReplyOutboxes(post: post)
        // Who asks more than that runs into its time-out.
        (questions, ask) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(64))
    }

    /// Answers questions until cancelled.
    nonisolated func run() async {
        await withTaskGroup(of: Void.self) { group in
            var inHand = 0
            for await question in questions {
                if inHand == Self.questionsMax {
                    await group.next()
                    inHand -= 1
                }
                inHand += 1
                group.addTask(priority: .low) { await self.serve(question) }
            }
            group.cancelAll()
        }
    }

    private nonisolated func serve(_ question: Question) async {
        guard ContinuousClock.now < question.deadline else { return }
        let answer: Answer
        do throws(Failure) {
            answer = .templatePiece(try await content(for: question))
        } catch { answer = .failure(error) }
        do {
            let bytes = try Envelope(
                addressee: question.worker,
                sender: node.incarnation,
                number: question.number,
                timeLeft: Self.sendTimeout,
                content: .answer(answer)
            ).encoded(key: key)
            try await outboxes.outbox(to: question.replyAddress).send(bytes, timeout: Self.sendTimeout)
        } catch {
            logger.warning("a piece of a template could not be sent", metadata: ["error": "\(error)"])
        }
    }

    private nonisolated func content(for question: Question) async throws(Failure) -> [UInt8] {
        guard await enter(question) else {
            throw Failure(.tooManyRequests, "Other workers copy templates now.", retryAfterSeconds: 1)
        }
        if question.piece.number > 0, let source = await source(for: question),
            let link = await node.link(to: source),
            let content = await piece(of: question, over: link, by: question.deadline)
        {
            return content
        }
        if question.piece.number == 0 {
            for link in await node.linksToServingWorkers().prefix(Self.searchMax) {
                guard link.life.incarnation != question.worker else { continue }
                let deadline = min(question.deadline, .now + Self.searchTimeout)
                guard let content = await piece(of: question, over: link, by: deadline) else { continue }
                await note(question, from: link.life)
                return content
            }
        }
        await leave(question)
        throw Failure(.resourceNotFound, "No worker has this template.")
    }

    private nonisolated func piece(
        of question: Question,
        over link: WorkerLink,
        by deadline: ContinuousClock.Instant
    ) async -> [UInt8]? {
        guard
            case .templatePiece(let content) = try? await link.ask(
                .readTemplate(question.piece),
                by: deadline
            ),
            content.count <= TemplatePieceName.pieceBytesMax
        else { return nil }
        return content
    }

    private var now: Duration { start.duration(to: .now) }

    /// Takes a place for the worker, or keeps the one that it has.
    private func enter(_ question: Question) -> Bool {
        guard places.enter(question.worker, at: now) else { return false }
        let source = places.source(of: question.piece.template, for: question.worker)
        places.note(question.worker, question.piece.template, from: source, at: now)
        return true
    }

    private func note(_ question: Question, from source: WorkerLife) {
        places.note(question.worker, question.piece.template, from: source, at: now)
    }

    private func source(for question: Question) -> WorkerLife? {
        places.source(of: question.piece.template, for: question.worker)
    }

    private func leave(_ question: Question) { places.leave(question.worker, question.piece.template) }
}

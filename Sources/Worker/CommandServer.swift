internal import Domain
internal import Logging
internal import Transport
internal import Wire

/// Takes commands from the worker's inbox, has them carried out and sends the answers.
struct CommandServer: Sendable {
    /// How many commands may be in hand; more are refused at once.
    private static let concurrency = 2_048
    /// How long an answer may wait for a coordinator to take it.
    private static let answerTimeout: Duration = .seconds(5)
    /// A command may not claim to be of use for longer than this.
    private static let longestWait: Duration = .seconds(600)

    let node: WorkerNode
    let inbox: any Inbox
    let outboxes: ReplyOutboxes
    let commandsInHand: CommandsInHand
    let key: ClusterKey
    let logger: Logger

    /// Serves until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while let bytes = await nextMessage() {
                group.addTask { await handle(bytes) }
            }
            group.cancelAll()
        }
    }

    private func nextMessage() async -> [UInt8]? {
        while !Task.isCancelled {
            do throws(TransportError) {
                return try await inbox.receive()
            } catch  where error.code == .cancelled {
                return nil
            } catch {
                logger.warning("a message could not be received", metadata: ["error": "\(error.message)"])
            }
        }
        return nil
    }

    private func handle(_ bytes: [UInt8]) async {
        let envelope: ReceivedEnvelope
        do {
            envelope = try ReceivedEnvelope(bytes, key: key)
        } catch {
            return logger.warning("a message was not understood", metadata: ["error": "\(error.message)"])
        }
        let deadline = ContinuousClock.now + min(envelope.timeLeft, Self.longestWait)
        guard await commandsInHand.enter(limit: Self.concurrency) else {
            let failure = Failure(.tooManyRequests, "The worker has too much to do.", retryAfterSeconds: 1)
            return await send(.failure(failure), to: envelope)
        }
        if let answer = await answer(to: envelope, by: deadline) { await send(answer, to: envelope) }
        await commandsInHand.leave()
    }

    private func answer(
        to envelope: ReceivedEnvelope,
        by deadline: ContinuousClock.Instant
    ) async -> Answer? {
        guard envelope.addressee == node.incarnation else {
            return .failure(
                Failure(.staleAddressee, "The message was for an earlier life of this worker.")
            )
        }
        do {
            switch try envelope.content() {
            case .command(let command): return await node.answer(command, by: deadline)
            case .answer(.failure(let failure)):
                logger.warning(
                    "a coordinator refused this worker",
                    metadata: ["reason": "\(failure.message)"]
                )
                await node.announcementRefused(failure)
                return nil
            case .answer, .announcement: return nil
            }
        } catch {
            let code: FailureCode = error.code == .incompatibleVersion ? .incompatibleVersion : .internalError
            logger.warning("a command was not understood", metadata: ["error": "\(error.message)"])
            return .failure(Failure(code, error.message))
        }
    }

    private func send(_ answer: Answer, to envelope: ReceivedEnvelope) async {
        guard !envelope.replyAddress.isEmpty else { return }
        do {
            let bytes = try Envelope(
                addressee: envelope.sender,
                sender: node.incarnation,
                number: envelope.number,
                timeLeft: Self.answerTimeout,
                content: .answer(answer)
            ).encoded(key: key)
            let outbox = try await outboxes.outbox(to: envelope.replyAddress)
            try await outbox.send(bytes, timeout: Self.answerTimeout)
        } catch {
            logger.warning("an answer could not be sent", metadata: ["error": "\(error)"])
        }
    }
}

/// Counts the commands that are being carried out, so that their number has a bound.
actor CommandsInHand {
    private var count = 0

    /// Takes a command in hand.
    ///
    /// - Parameter limit: how many there may be.
    /// - Returns: whether there was room.
    func enter(limit: Int) -> Bool {
        guard count < limit else { return false }
        count += 1
        return true
    }

    /// Puts a command away that was carried out.
    func leave() { count -= 1 }
}

internal import Domain
internal import Logging
internal import Telemetry
internal import Transport
internal import Wire

/// Takes commands from the worker's inbox, has them carried out and sends the answers.
struct CommandServer: Sendable {
    /// How many messages may be in hand; more are dropped, and whoever asked learns it by the deadline.
    private static let messagesMax = 4_096
    /// How many of them may be commands that wait for an execution; more are refused at once.
    ///
    /// Pings and other short commands come through all the same: a busy worker must not lose its lease.
    private static let waitingMax = 2_048
    /// How long to leave an inbox alone that could not be received from.
    private static let pauseAfterFailure: Duration = .milliseconds(100)
    /// How long an answer may wait for a coordinator to take it.
    private static let answerTimeout: Duration = .seconds(5)
    /// A command may not claim to be of use for longer than this.
    private static let longestWait: Duration = .seconds(600)

    let node: WorkerNode
    let inbox: any Inbox
    let outboxes: ReplyOutboxes
    /// Waits for the answers to what this worker asks.
    let questions: TemplateQuestions
    let commandsInHand: CommandsInHand
    let metrics: WorkerMetrics
    let key: ClusterKey
    let logger: Logger

    /// Serves until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while let bytes = await nextMessage() {
                guard let letter = read(bytes) else { continue }
                guard await commandsInHand.enter(.message, limit: Self.messagesMax) else {
                    metrics.messages.failedToReceive("dropped")
                    logger.warning("a message was dropped: too many are in hand")
                    continue
                }
                // Below the pings: a burst of executions must not cost the lease.
                group.addImmediateTask(priority: letter.mayWait ? .medium : .high) {
                    if let answer = await answer(to: letter) { await send(answer, to: letter.envelope) }
                    await commandsInHand.leave(.message)
                }
            }
            group.cancelAll()
        }
    }

    private func nextMessage() async -> [UInt8]? {
        while !Task.isCancelled {
            do throws(TransportError) {
                return try await inbox.receive()
            } catch  where error.code == .cancelled || error.code == .closed {
                return nil
            } catch {
                logger.warning("a message could not be received", metadata: ["error": "\(error.message)"])
                try? await Task.sleep(for: Self.pauseAfterFailure)
            }
        }
        return nil
    }

    /// A message that came in.
    private struct Letter: Sendable {
        let envelope: ReceivedEnvelope
        let content: Result<Envelope.Content, WireError>
        let deadline: ContinuousClock.Instant

        /// Whether the answer may have to wait for an execution.
        var mayWait: Bool {
            guard case .success(.command(let command)) = content else { return false }
            switch command.request {
            case .execute, .readEvents, .file, .terminal, .readTemplate: return true
            case .hello, .ping, .cancel, .abandon, .stopSession, .keepReady, .describeSessions,
                .describeImage, .describeWorker, .readConsole:
                return false
            }
        }
    }

    private func read(_ bytes: [UInt8]) -> Letter? {
        do throws(WireError) {
            let envelope = try ReceivedEnvelope(bytes, key: key)
            let content = Result { () throws(WireError) in try envelope.content() }
            switch content {
            case .success(let content): metrics.messages.received(content.kind, bytes: bytes.count)
            case .failure: metrics.messages.failedToReceive("notUnderstood")
            }
            return Letter(
                envelope: envelope,
                content: content,
                deadline: .now + min(envelope.timeLeft, Self.longestWait)
            )
        } catch {
            metrics.messages.failedToReceive("notUnderstood")
            logger.warning("a message was not understood", metadata: ["error": "\(error.message)"])
            return nil
        }
    }

    private func answer(to letter: Letter) async -> Answer? {
        guard letter.envelope.addressee == node.incarnation else {
            return .failure(
                Failure(.staleAddressee, "The message was for an earlier life of this worker.")
            )
        }
        switch letter.content {
        case .success(.command(let command)):
            return await metrics.traced(command) {
                letter.mayWait
                    ? await waitFor(command, by: letter.deadline)
                    : await node.answer(command, by: letter.deadline)
            }
        // Refusals of announcements have no number, for these are no questions.
        case .success(.answer(let answer)) where letter.envelope.number > 0:
            await questions.deliver(answer, for: letter.envelope.number)
            return nil
        case .success(.answer(.failure(let failure))):
            logger.warning(
                "a coordinator refused this worker",
                metadata: ["reason": "\(failure.message)"]
            )
            await node.announcementRefused(failure)
            return nil
        case .success(.answer), .success(.announcement): return nil
        case .failure(let error):
            let code: FailureCode = error.code == .incompatibleVersion ? .incompatibleVersion : .internalError
            logger.warning("a command was not understood", metadata: ["error": "\(error.message)"])
            return .failure(Failure(code, error.message))
        }
    }

    private func waitFor(_ command: Command, by deadline: ContinuousClock.Instant) async -> Answer {
        guard await commandsInHand.enter(.waiting, limit: Self.waitingMax) else {
            return .failure(
                Failure(.tooManyRequests, "The worker has too much to do.", retryAfterSeconds: 1)
            )
        }
        let answer = await node.answer(command, by: deadline)
        await commandsInHand.leave(.waiting)
        return answer
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
            metrics.messages.sent("answer", bytes: bytes.count)
        } catch {
            metrics.messages.failedToSend("answer")
            logger.warning("an answer could not be sent", metadata: ["error": "\(error)"])
        }
    }
}

/// Counts what is in hand, so that its number has a bound.
actor CommandsInHand {
    /// What is counted.
    enum Kind: Sendable {
        /// Any message.
        case message
        /// A command that may wait for an execution.
        case waiting
    }

    private var counts: [Kind: Int] = [:]

    /// Takes something in hand.
    ///
    /// - Parameters:
    ///   - kind: what it is.
    ///   - limit: how many there may be.
    /// - Returns: whether there was room.
    func enter(_ kind: Kind, limit: Int) -> Bool {
        guard counts[kind, default: 0] < limit else { return false }
        counts[kind, default: 0] += 1
        return true
    }

    /// Puts something away that was carried out.
    ///
    /// - Parameter kind: what it is.
    func leave(_ kind: Kind) { counts[kind, default: 0] -= 1 }

    /// How many of a kind there are.
    func count(_ kind: Kind) -> Int { counts[kind, default: 0] }
}

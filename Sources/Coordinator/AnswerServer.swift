internal import ClusterState
internal import Domain
internal import Logging
internal import Telemetry
internal import Transport
internal import Wire

/// Takes what workers send from the coordinator's inbox: answers, announcements, and questions for templates.
struct AnswerServer: Sendable {
    /// How long to leave an inbox alone that could not be received from.
    private static let pauseAfterFailure: Duration = .milliseconds(100)

    /// How long what a worker asked for is worth an answer.
    private static let longestQuestion: Duration = .seconds(30)

    let node: CoordinatorNode
    let inbox: any Inbox
    /// Passes on what workers ask for.
    let templates: TemplateRelay
    let key: ClusterKey
    let logger: Logger

    /// Serves until cancelled.
    func run() async {
        await withTaskExecutorPreference(inbox.executor) { await serve() }
    }

    private func serve() async {
        while !Task.isCancelled {
            do throws(TransportError) {
                await take(try await inbox.receive())
            } catch  where error.code == .cancelled || error.code == .closed {
                return
            } catch {
                logger.warning("a message could not be received", metadata: ["error": "\(error.message)"])
                try? await Task.sleep(for: Self.pauseAfterFailure)
            }
        }
    }

    private func take(_ bytes: [UInt8]) async {
        do {
            let envelope = try ReceivedEnvelope(bytes, key: key)
            let content = try envelope.content()
            node.metrics.messages.received(content.kind, bytes: bytes.count)
            switch content {
            case .answer(let answer):
                // An answer for an earlier life of this process has nobody who waits for it.
                guard envelope.addressee == node.incarnation else { return }
                guard let link = await node.link(thatAsked: envelope.number) else { return }
                // Another life at the worker's address can say one thing only: that the asked one is over.
                guard envelope.sender == link.life.incarnation || answer.saysStaleAddressee else { return }
                await link.deliver(answer, for: envelope.number)
            case .announcement(let announcement):
                await node.workerAnnounced(
                    WorkerAnnouncement(
                        life: WorkerLife(
                            worker: announcement.worker,
                            incarnation: envelope.sender,
                            epoch: announcement.epoch
                        ),
                        address: announcement.address,
                        capacity: announcement.capacity
                    )
                )
            case .command(let command):
                if case .readTemplate(let piece) = command.request {
                    templates.ask.yield(
                        TemplateRelay.Question(
                            piece: piece,
                            worker: envelope.sender,
                            number: envelope.number,
                            replyAddress: envelope.replyAddress,
                            deadline: .now + min(envelope.timeLeft, Self.longestQuestion)
                        )
                    )
                    return
                }
                logger.warning("a command came to a coordinator's inbox")
            }
        } catch {
            node.metrics.messages.failedToReceive("notUnderstood")
            logger.warning("a message was not understood", metadata: ["error": "\(error.message)"])
        }
    }
}

extension Answer {
    fileprivate var saysStaleAddressee: Bool {
        if case .failure(let failure) = self { failure.code == .staleAddressee } else { false }
    }
}

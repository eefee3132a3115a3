internal import ClusterState
internal import Domain
internal import Transport
internal import Wire

/// The line to one life of a worker: its outbox and the answers that are awaited from it.
struct WorkerLink: Sendable {
    /// How many commands to one worker may await their answers.
    private static let capacity = 4_096

    /// Whom it reaches.
    let life: WorkerLife
    private let sender: Incarnation
    private let replyAddress: String
    private let key: ClusterKey
    private let outbox: any Outbox
    private let correspondence = Correspondence<Answer>(capacity: capacity)

    /// What became of a command that has no answer.
    struct Loss: Error {
        /// How much is known.
        enum Certainty {
            /// It certainly never reached the worker.
            case notSent
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
    ///   - sender: this life of the coordinator.
    ///   - replyAddress: the coordinator's inbox.
    ///   - key: the cluster's secret.
    ///   - outbox: the line to the worker's inbox.
    init(life: WorkerLife, sender: Incarnation, replyAddress: String, key: ClusterKey, outbox: any Outbox) {
        self.life = life
        self.sender = sender
        self.replyAddress = replyAddress
        self.key = key
        self.outbox = outbox
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
        do {
            return try await correspondence.ask(by: deadline) { number in
                do {
                    let bytes = try Envelope(
                        addressee: life.incarnation,
                        sender: sender,
                        number: number,
                        timeLeft: ContinuousClock.now.duration(to: deadline),
                        replyAddress: replyAddress,
                        content: .command(Command(epoch: life.epoch, request: request))
                    ).encoded(key: key)
                    try await outbox.send(bytes, by: deadline)
                } catch {
                    throw Loss(certainty: .notSent, reason: "\(error)")
                }
            }
        } catch let loss as Loss {
            throw loss
        } catch let error as TransportError {
            switch error.code {
            case .overloaded: throw Loss(certainty: .notSent, reason: error.message)
            case .cancelled: throw Loss(certainty: .cancelled, reason: error.message)
            case .peerLost: throw Loss(certainty: .workerLost, reason: error.message)
            default: throw Loss(certainty: .unanswered, reason: error.message)
            }
        } catch {
            throw Loss(certainty: .unanswered, reason: "\(error)")
        }
    }

    /// Hands over an answer that arrived.
    ///
    /// - Parameters:
    ///   - answer: the answer.
    ///   - number: the number of its question.
    func deliver(_ answer: Answer, for number: UInt64) async {
        await correspondence.deliver(answer, for: number)
    }

    /// Fails all who wait, and closes the line.
    func close() async {
        await correspondence.failAll(with: TransportError(.peerLost, "The worker was declared lost."))
        await outbox.close()
    }
}

internal import Domain
internal import MicroVM
internal import Transport
internal import Wire

/// Asks the coordinators for templates that other workers have.
struct TemplateQuestions: TemplateSource {
    /// How long a coordinator may take to find out who has a template, before the next one is asked.
    private static let manifestTimeout: Duration = .seconds(3)
    /// How long a piece may take.
    private static let pieceTimeout: Duration = .seconds(10)
    /// How long to wait while others copy.
    private static let pauseWhileOthersCopy: Duration = .milliseconds(250)

    let incarnation: Incarnation
    /// Where answers are to come.
    let replyAddress: String
    let coordinators: [String]
    let outboxes: ReplyOutboxes
    let key: ClusterKey
    private let questions: Correspondence<Answer>

    /// Begins without questions.
    ///
    /// - Parameters:
    ///   - incarnation: this life of the worker.
    ///   - replyAddress: the worker's inbox.
    ///   - coordinators: the inboxes of the coordinators.
    ///   - outboxes: the lines to them.
    ///   - key: the cluster's secret.
    init(
        incarnation: Incarnation,
        replyAddress: String,
        coordinators: [String],
        outboxes: ReplyOutboxes,
        key: ClusterKey
    ) {
        self.incarnation = incarnation
        self.replyAddress = replyAddress
        self.coordinators = coordinators
        self.outboxes = outboxes
        self.key = key
        questions = Correspondence(capacity: 16)
    }

    /// Hands over what a coordinator answered.
    ///
    /// - Parameters:
    ///   - answer: the answer.
    ///   - number: the number of its question.
    func deliver(_ answer: Answer, for number: UInt64) async { await questions.deliver(answer, for: number) }

    func piece(
        _ name: TemplatePieceName,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) -> [UInt8] {
        let timeout = name.number == 0 ? Self.manifestTimeout : Self.pieceTimeout
        var trouble = MicroVMError(.templateUnusable, "There is no coordinator to ask.")
        while true {
            var isBusy = false
            for coordinator in coordinators {
                switch await ask(coordinator, for: name, by: min(deadline, .now + timeout)) {
                case .success(.templatePiece(let content)): return content
                case .success(.failure(let failure)):
                    isBusy = isBusy || failure.code == .tooManyRequests
                    trouble = MicroVMError(.templateUnusable, failure.message)
                case .success:
                    trouble = MicroVMError(.templateUnusable, "The answer is no piece of a template.")
                case .failure(let error): trouble = MicroVMError(.deadlineExceeded, error.message)
                }
            }
            guard isBusy, ContinuousClock.now + Self.pauseWhileOthersCopy < deadline else { throw trouble }
            do { try await Task.sleep(for: Self.pauseWhileOthersCopy) } catch {
                throw MicroVMError(.cancelled, "The copying was cancelled.")
            }
        }
    }

    private func ask(
        _ coordinator: String,
        for name: TemplatePieceName,
        by deadline: ContinuousClock.Instant
    ) async -> Result<Answer, TransportError> {
        do {
            let outbox = try await outboxes.outbox(to: coordinator)
            let answer = try await questions.ask(by: deadline) { number in
                let bytes = try Envelope(
                    addressee: nil,
                    sender: incarnation,
                    number: number,
                    timeLeft: ContinuousClock.now.duration(to: deadline),
                    replyAddress: replyAddress,
                    content: .command(Command(epoch: WorkerEpoch(0), request: .readTemplate(name)))
                ).encoded(key: key)
                try await outbox.send(bytes, by: deadline)
            }
            return .success(answer)
        } catch {
            return .failure(error as? TransportError ?? TransportError(.timedOut, "\(error)"))
        }
    }
}

package import Transport

/// A process that answers every question with its payload.
package actor Answerer {
    private let post: any Post
    private let inbox: any Inbox
    private var outboxes: [(address: String, outbox: Task<any Outbox, any Error>)] = []
    private let record: @Sendable (UInt64) -> Void

    /// Where questions arrive.
    package nonisolated var address: String { inbox.address }

    /// Opens the inbox.
    ///
    /// - Parameters:
    ///   - post: Opens the inbox, and the outboxes to the askers.
    ///   - address: Where questions arrive.
    ///   - record: Told the number of every question before it is answered.
    /// - Throws: What the post throws.
    package init(_ post: any Post, at address: String, record: @escaping @Sendable (UInt64) -> Void)
        async throws
    {
        self.post = post
        self.record = record
        inbox = try await post.openInbox(at: address, maximumMessageSize: 1 << 20)
    }

    /// Answers until the task is cancelled.
    package nonisolated func answerQuestions() async {
        while let bytes = try? await inbox.receive() {
            guard let letter = Letter(bytes: bytes), letter.isQuestion else { continue }
            record(letter.number)
            guard let outbox = try? await outbox(to: letter.returnAddress) else { continue }
            let answer = Letter(isQuestion: false, number: letter.number, payload: letter.payload)
            // An asker that has died gets no answer; the next question must not wait long for it.
            try? await outbox.send(answer.bytes, timeout: .milliseconds(50))
        }
    }

    /// The outbox to an asker; those of askers that were not heard of for long are closed.
    private func outbox(to address: String) async throws -> any Outbox {
        if let known = outboxes.first(where: { $0.address == address }) {
            return try await known.outbox.value
        }
        // One outbox for each asker, however many of its questions are being answered.
        let opening = Task { [post] in try await post.openOutbox(to: address) }
        outboxes.append((address, opening))
        if outboxes.count > 2 { try? await outboxes.removeFirst().outbox.value.close() }
        return try await opening.value
    }
}

package import Transport

/// A process that asks one peer and gets its answers in its own inbox.
package struct Asker: Sendable {
    /// Where the answers arrive.
    package let inbox: any Inbox
    /// The way to the peer.
    package let outbox: any Outbox
    /// The open questions.
    package let correspondence: Correspondence<[UInt8]>

    /// Opens both ends.
    package init(
        _ post: any Post,
        inboxAt own: String,
        peer: String,
        firstNumber: UInt64 = 1,
        capacity: Int = 1_024
    ) async throws {
        inbox = try await post.openInbox(at: own, maximumMessageSize: 1 << 20)
        outbox = try await post.openOutbox(to: peer)
        correspondence = Correspondence(capacity: capacity, firstNumber: firstNumber)
    }

    /// Asks once.
    package func ask(_ payload: [UInt8] = [], within time: Duration) async throws -> [UInt8] {
        let deadline = ContinuousClock.now.advanced(by: time)
        return try await correspondence.ask(by: deadline) { number in
            let letter = Letter(
                isQuestion: true,
                number: number,
                returnAddress: inbox.address,
                payload: payload
            )
            try await outbox.send(letter.bytes, by: deadline)
        }
    }

    /// Delivers answers until the task is cancelled.
    package func deliverAnswers() async {
        while let bytes = try? await inbox.receive() {
            guard let letter = Letter(bytes: bytes), !letter.isQuestion else { continue }
            await correspondence.deliver(letter.payload, for: letter.number)
        }
    }
}

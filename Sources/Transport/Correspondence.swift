/// Asking over one-way messages: numbers for questions, and the waiting for their answers.
///
/// A question is sent once. Whether it failed on its way or its answer did is not known after a time-out, and
/// nothing is repeated. Every question that was allotted a number ends exactly once: answered, failed by its
/// deadline, cancelled, or failed together with its peer.
package actor Correspondence<Reply: Sendable> {
    /// How many questions may await their answers at the same time.
    package nonisolated let capacity: Int

    /// How many answers came for questions that nobody waits for (any more).
    package private(set) var unclaimedAnswers = 0

    private var nextNumber: UInt64
    private var waiters: [UInt64: Waiter] = [:]

    /// A question's way from its number to its end.
    private enum Waiter {
        /// The question is on its way out; nobody waits yet.
        case sending
        /// The end came while the question was still being sent.
        case ended(Result<Reply, TransportError>)
        /// The asker waits.
        case waiting(Wakeup)
    }

    /// Creates a correspondence without open questions.
    ///
    /// - Parameters:
    ///   - capacity: How many questions may be open at the same time.
    ///   - firstNumber: The number of the first question. A random one keeps the answers to a process that
    ///     died apart from those to its successor.
    package init(capacity: Int, firstNumber: UInt64 = 1) {
        precondition(capacity > 0, "A correspondence without room cannot ask.")
        self.capacity = capacity
        self.nextNumber = firstNumber
    }

    /// How many questions are open.
    package var openQuestions: Int { waiters.count }

    /// Asks one question and waits for its answer.
    ///
    /// - Parameters:
    ///   - deadline: When to give up waiting. The time limit of sending is the closure's own affair.
    ///   - send: Encodes and sends the question under the given number, once; runs where the caller runs.
    /// - Returns: The answer that was delivered for the number.
    /// - Throws: What `send` throws, or a ``TransportError``: ``TransportError/Code/overloaded`` before
    ///   anything is sent, ``TransportError/Code/timedOut``, ``TransportError/Code/cancelled``, or what the
    ///   peer was given up with.
    package nonisolated func ask(
        by deadline: ContinuousClock.Instant,
        send: (UInt64) async throws -> Void
    ) async throws -> Reply {
        let number = try await register()
        do {
            try await send(number)
        } catch {
            await withdraw(number)
            throw error
        }
        return try await answer(to: number, by: deadline).get()
    }

    /// Hands over an answer.
    ///
    /// - Parameters:
    ///   - reply: The answer.
    ///   - number: The number of the question that it answers.
    /// - Returns: Whether somebody was waiting for it; an answer that is late, unknown or the second one is
    ///   counted and forgotten.
    @discardableResult
    package func deliver(_ reply: Reply, for number: UInt64) -> Bool {
        let wasAwaited = end(number, with: .success(reply))
        if !wasAwaited { unclaimedAnswers += 1 }
        return wasAwaited
    }

    /// Fails every open question at once, as when the peer is declared dead.
    ///
    /// - Parameter error: What the askers shall get.
    package func failAll(with error: TransportError) {
        for number in Array(waiters.keys) { end(number, with: .failure(error)) }
    }

    private func register() throws(TransportError) -> UInt64 {
        guard waiters.count < capacity else {
            throw TransportError(.overloaded, "\(capacity) questions wait for their answers already.")
        }
        let number = nextNumber
        nextNumber &+= 1
        waiters[number] = .sending
        return number
    }

    private func withdraw(_ number: UInt64) {
        waiters[number] = nil
    }

    private func answer(
        to number: UInt64,
        by deadline: ContinuousClock.Instant
    ) async -> Result<Reply, TransportError> {
        if case .ended(let result) = waiters[number] {
            waiters[number] = nil
            return result
        }
        let answered = Wakeup()
        waiters[number] = .waiting(answered)
        await answered.wait(until: deadline)
        if case .ended(let result) = waiters.removeValue(forKey: number) { return result }
        return .failure(
            Task.isCancelled
                ? TransportError(.cancelled, "The task was cancelled.")
                : TransportError(.timedOut, "The deadline passed.")
        )
    }

    @discardableResult
    private func end(_ number: UInt64, with result: Result<Reply, TransportError>) -> Bool {
        switch waiters[number] {
        case .sending:
            waiters[number] = .ended(result)
            return true
        case .waiting(let answered):
            waiters[number] = .ended(result)
            answered.fire()
            return true
        case .ended, nil:
            return false
        }
    }
}

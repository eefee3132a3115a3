import CNNG
import Dispatch
import Synchronization

/// The way to one peer: one link after the other, each with one dialer, so that the library has no choice.
final class NNGOutbox: Outbox {
    private struct State {
        var link: OutboxLink?
        var isClosed = false
        var pace: LinkPace
        /// When the connection last took a message, or a link was made.
        var lastProgress = ContinuousClock.now
    }

    private enum Access {
        case link(OutboxLink)
        case notBefore(ContinuousClock.Instant)
    }

    /// How long a batch waits for the one before; its messages are on their own then, each for as long as it may.
    private static let handOverMilliseconds: nng_duration = 2

    /// The address of the peer.
    let address: String

    private let destination: Address
    private let maximumMessageSize: Int
    private let limits: NNGTransport.Limits
    private let state: Mutex<State>
    private let batcher = Batcher()
    private let thread = DispatchQueue(label: "cloister.transport.outbox")

    /// Makes the first link, which begins to dial in the background.
    ///
    /// - Parameters:
    ///   - address: where to dial.
    ///   - peer: whom that leads to, when it is only the way there.
    ///   - maximumMessageSize: a longer message is refused.
    ///   - limits: the bounds of what may wait, and the pace of reconnecting.
    /// - Throws: why the address cannot be used.
    init(
        dialing address: Address,
        onTheWayTo peer: Address? = nil,
        maximumMessageSize: Int,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        self.address = (peer ?? address).description
        destination = address
        self.maximumMessageSize = maximumMessageSize
        self.limits = limits
        state = Mutex(
            State(pace: LinkPace(shortest: limits.shortestReconnect, longest: limits.longestReconnect))
        )
        _ = try access()
    }

    /// Hands one message to the connection.
    func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {
        guard bytes.count <= maximumMessageSize else {
            throw TransportError(
                .messageTooLarge,
                "\(bytes.count) bytes are more than the \(maximumMessageSize) allowed to \(address)."
            )
        }
        guard !Task.isCancelled else { throw TransportError(.cancelled, "The task was cancelled.") }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        if bytes.count <= Batch.bytesMax, await sendBatched(bytes) { return }
        let bytes = Batch.joined([bytes])
        var remaining = max(ContinuousClock.now.duration(to: deadline), .zero)
        while true {
            let link: OutboxLink
            switch try access() {
            case .link(let current):
                link = current
            case .notBefore(let time):
                try await wait(until: time, atMost: deadline)
                remaining = ContinuousClock.now.duration(to: deadline)
                continue
            }
            guard let error = try await attempt(bytes, over: link, within: remaining) else { return }
            remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { throw error }
        }
    }

    private func sendBatched(_ bytes: [UInt8]) async -> Bool {
        // What is urgent, as a ping is, does not wait for the turns of what is not; and nobody for a leader that
        // is less urgent, as the pieces of templates are, and gets its turn late.
        guard Task.currentPriority == .medium else { return await sendSoon(Batch.joined([bytes])) }
        return await batcher.send(bytes, by: sendSoon)
    }

    /// Sends a batch if the connection takes it now or when it has handed over the one before.
    private func sendSoon(_ batch: [UInt8]) async -> Bool {
        guard case .link(let link)? = try? access() else { return false }
        var isSent = link.sendAtOnce(batch)
        if !isSent { isSent = (try? await link.send(batch, milliseconds: Self.handOverMilliseconds)) == 0 }
        if isSent { state.withLock { $0.lastProgress = .now } }
        return isSent
    }

    /// Sends over one link.
    ///
    /// - Returns: Nil for success, or why another link has to be tried: this one ended before it took the
    ///   message, and nobody gave the message up.
    private func attempt(
        _ bytes: [UInt8],
        over link: OutboxLink,
        within remaining: Duration
    ) async throws(TransportError) -> TransportError? {
        let error: TransportError
        do throws(TransportError) {
            let result = try await link.send(bytes, milliseconds: remaining.libraryMilliseconds)
            guard result != 0 else {
                state.withLock { $0.lastProgress = .now }
                return nil
            }
            error = TransportError(nng: result, "send to \(address)")
        } catch let refusal {
            error = refusal
        }
        if link.hasEnded, !Task.isCancelled, error.code == .cancelled || error.code == .closed {
            return TransportError(.timedOut, "The connection to \(address) ended, and the time as well.")
        }
        if error.code == .timedOut { noteTimeout(of: link) }
        throw error
    }

    private func wait(
        until time: ContinuousClock.Instant,
        atMost deadline: ContinuousClock.Instant
    ) async throws(TransportError) {
        do {
            try await Task.sleep(until: min(time, deadline), clock: .continuous)
        } catch {
            throw TransportError(.cancelled, "The task was cancelled.")
        }
        guard time < deadline else { throw TransportError(.timedOut, "No connection to \(address) in time.") }
    }

    /// Ends waiting sends and awaits them; the connection closes in the background.
    func close() async {
        let link = state.withLock { state in
            state.isClosed = true
            return state.link.take()
        }
        await link?.drain()
    }

    /// The link to send with, a new one when there is none or it has ended; or when there may be a new one.
    private func access() throws(TransportError) -> Access {
        let outcome: Result<Access, TransportError> = state.withLock { state in
            guard !state.isClosed else {
                return .failure(TransportError(.closed, "The outbox to \(address) is closed."))
            }
            if let link = state.link {
                if !link.hasEnded { return .success(.link(link)) }
                state.link = nil
                state.pace.linkEnded(at: .now)
            }
            guard state.pace.nextLink <= .now else { return .success(.notBefore(state.pace.nextLink)) }
            return Result { () throws(TransportError) in
                // Under the lock, so that there is never a second one; opening and dialing do not wait.
                let link = try OutboxLink(to: destination, limits: limits) {
                    [weak self] in
                    self?.connectionEnded()
                }
                (state.link, state.lastProgress) = (link, .now)
                state.pace.linkBegan(at: .now)
                return .link(link)
            }
        }
        return try outcome.get()
    }

    /// Connects again now and not with the next message; away from the library's thread.
    private func connectionEnded() {
        thread.async { [weak self] in self?.reconnect() }
    }

    private func reconnect() {
        // What fails here, fails the next send as well.
        guard case .notBefore(let time)? = try? access() else { return }
        let pause = ContinuousClock.now.duration(to: time).libraryMilliseconds
        thread.asyncAfter(deadline: .now() + .milliseconds(Int(pause))) { [weak self] in self?.reconnect() }
    }

    /// Gives a link up that has taken nothing for long, though sends waited.
    ///
    /// libnng 1.5.2 never dials again after an `EPIPE` in the greeting, and does not notice every death of a
    /// TLS connection. To a peer that is merely away a new link makes no difference.
    private func noteTimeout(of link: OutboxLink) {
        let isDue = state.withLock { state in
            state.link === link && state.lastProgress.duration(to: .now) > limits.redialAfter
        }
        if isDue { link.end() }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a short wait is not none, within the library's range.
    var libraryMilliseconds: Int32 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(milliseconds)
    }
}

import CNNG
import Dispatch
import Synchronization

/// The way to one peer: one link after the other, each with one dialer, so that the library has no choice.
final class NNGOutbox: Outbox {
    private struct State {
        var link: OutboxLink?
        var isClosed = false
        /// When the connection last took a message, or a link was made.
        var lastProgress = ContinuousClock.now
    }

    /// The address of the peer.
    let address: String

    private let destination: Address
    private let identity: TLSIdentity?
    private let maximumMessageSize: Int
    private let limits: NNGTransport.Limits
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "cloister.transport.outbox")

    /// Makes the first link, which begins to dial in the background.
    init(
        dialing address: Address,
        identity: TLSIdentity?,
        maximumMessageSize: Int,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        self.address = address.description
        destination = address
        self.identity = identity
        self.maximumMessageSize = maximumMessageSize
        self.limits = limits
        _ = try currentLink()
    }

    /// Hands one message to the connection.
    func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {
        guard bytes.count <= maximumMessageSize else {
            throw TransportError(
                .messageTooLarge,
                "\(bytes.count) bytes are more than the \(maximumMessageSize) allowed to \(address)."
            )
        }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        var remaining = timeout
        while true {
            let link = try currentLink()
            let error: TransportError
            do throws(TransportError) {
                let result = try await link.send(bytes, milliseconds: remaining.libraryMilliseconds)
                if result == 0 { return state.withLock { $0.lastProgress = .now } }
                error = TransportError(nng: result, "send to \(address)")
            } catch let refusal {
                error = refusal
            }
            // Neither delivered nor given up by the caller: the next link takes it, while there is time.
            guard link.hasEnded, !Task.isCancelled, error.code == .cancelled || error.code == .closed else {
                if error.code == .timedOut { noteTimeout(of: link) }
                throw error
            }
            remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else {
                throw TransportError(.timedOut, "The connection to \(address) ended, and the time as well.")
            }
        }
    }

    /// Ends waiting sends and awaits them; the connection closes in the background.
    func close() async {
        let link = state.withLock { state in
            state.isClosed = true
            return state.link.take()
        }
        await link?.drain()
    }

    /// The link to send with: a new one when there is none or it has ended.
    private func currentLink() throws(TransportError) -> OutboxLink {
        let outcome: Result<OutboxLink, TransportError> = state.withLock { state in
            guard !state.isClosed else {
                return .failure(TransportError(.closed, "The outbox to \(address) is closed."))
            }
            if let link = state.link, !link.hasEnded { return .success(link) }
            return Result { () throws(TransportError) in
                // Under the lock, so that there is never a second one; opening and dialing do not wait.
                let link = try OutboxLink(to: destination, identity: identity, limits: limits) {
                    [weak self] in
                    self?.connectionEnded()
                }
                (state.link, state.lastProgress) = (link, .now)
                return link
            }
        }
        return try outcome.get()
    }

    /// Connects again now and not with the next message; away from the library's thread.
    private func connectionEnded() {
        // What fails here, fails the next send as well.
        thread.async { [weak self] in _ = try? self?.currentLink() }
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

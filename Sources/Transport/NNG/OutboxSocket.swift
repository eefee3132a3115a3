import CNNG
import Dispatch
import Synchronization

/// The C socket of an outbox and its dialer: closed once, at the latest when nobody holds it any more.
final class OutboxSocket: Sendable {
    private struct State {
        var dialer: nng_dialer?
        var lastProgress: ContinuousClock.Instant
        var isRedialing = false
        var isClosed = false
    }

    /// The library's name of the socket: a number.
    let handle: nng_socket

    private let address: Address
    private let identity: TLSIdentity?
    private let limits: NNGTransport.Limits
    private let state: Mutex<State>
    // Serial: closing waits for a redial that is under way.
    private let thread = DispatchQueue(label: "cloister.transport.outbox")

    /// Opens the socket and begins to dial in the background; a peer that is away is no error.
    init(
        dialing address: Address,
        identity: TLSIdentity?,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        var socket = nng_socket()
        try TransportError.check(nng_push0_open(&socket), "open an outbox")
        let dialer: nng_dialer
        do throws(TransportError) {
            // No buffer: a message is with the connection, or its sender still waits and can take it back.
            try TransportError.check(nng_socket_set_int(socket, NNG_OPT_SENDBUF, 0), "do without a buffer")
            dialer = try Endpoint.dial(with: socket, to: address, identity: identity, limits: limits)
        } catch {
            nng_close(socket)
            throw error
        }
        handle = socket
        state = Mutex(State(dialer: dialer, lastProgress: .now))
        self.address = address
        self.identity = identity
        self.limits = limits
    }

    deinit {
        guard !state.withLock({ $0.isClosed }) else { return }
        BlockingCall.start { [handle] in nng_close(handle) }
    }

    /// Notes that the connection took a message.
    func noteSuccess() {
        state.withLock { $0.lastProgress = .now }
    }

    /// Notes that it did not, and dials anew when that has been so for long.
    ///
    /// libnng 1.5.2 never dials again after an `EPIPE` in the greeting, and does not notice every death of a
    /// TLS connection. To a peer that is merely away a new dialer makes no difference.
    func noteTimeout() {
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            guard !state.isClosed, !state.isRedialing else { return false }
            guard state.lastProgress.duration(to: now) > limits.redialAfter else { return false }
            state.isRedialing = true
            return true
        }
        if isDue { thread.async { self.redial() } }
    }

    /// Closes the socket; no operation may be under way or begin.
    func close() async {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        await withCheckedContinuation { continuation in
            thread.async { [handle] in
                nng_close(handle)
                continuation.resume()
            }
        }
    }

    private func redial() {
        let old: nng_dialer? = state.withLock { state in state.isClosed ? nil : state.dialer.take() }
        if let old { nng_dialer_close(old) }
        guard !state.withLock({ $0.isClosed }) else { return }
        let next = try? Endpoint.dial(with: handle, to: address, identity: identity, limits: limits)
        state.withLock { state in
            state.dialer = next
            state.lastProgress = .now
            state.isRedialing = false
        }
    }
}

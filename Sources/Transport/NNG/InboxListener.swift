import CNNG
import Dispatch
import Synchronization

/// Keeps an inbox reachable: looks from time to time whether newcomers get in, and listens anew if not.
///
/// libnng 1.5.2 takes `EPIPE` for "the listener was closed" and never accepts again: it is enough that one
/// peer goes away between its connecting and the library's greeting. Old connections live on, and newcomers
/// even believe to be connected, so only a connection of our own tells.
final class InboxListener: Sendable {
    /// The address with the real port.
    let address: Address

    private let socket: nng_socket
    private let limits: NNGTransport.Limits
    private let listener: Mutex<nng_listener?>
    /// Signalled for every connection that gets in.
    private let newcomers = DispatchSemaphore(value: 0)
    private let thread = DispatchQueue(label: "cloister.transport.listener")

    /// Listens, and begins to look after the listener for as long as the process lives.
    init(
        _ socket: nng_socket,
        at address: Address,
        limits: NNGTransport.Limits
    ) throws(TransportError) {
        let (listener, bound) = try Endpoint.listen(with: socket, at: address)
        self.address = bound
        self.socket = socket
        self.limits = limits
        self.listener = Mutex(listener)
        guard address.scheme == .tcp || address.scheme == .ipc else { return }
        // SAFETY: scheduleCheck keeps this object, and so its semaphore, for as long as the process lives.
        let status = nng_pipe_notify(
            socket,
            NNG_PIPE_EV_ADD_POST,
            { _, _, argument in
                guard let argument else { return }
                Unmanaged<DispatchSemaphore>.fromOpaque(argument).takeUnretainedValue().signal()
            },
            Unmanaged.passUnretained(newcomers).toOpaque()
        )
        if status == 0 { scheduleCheck() }
    }

    private func scheduleCheck() {
        let pause = DispatchTimeInterval.milliseconds(Int(limits.listenerCheck.libraryMilliseconds))
        thread.asyncAfter(deadline: .now() + pause) { [self] in
            check()
            scheduleCheck()
        }
    }

    private func check() {
        if listener.withLock({ $0 != nil }) {
            guard !newcomerGetsIn() else { return }
        }
        if let dead = listener.withLock({ $0.take() }) { nng_listener_close(dead) }
        // If the address cannot be had now, the next check tries again.
        guard let (next, _) = try? Endpoint.listen(with: socket, at: address) else { return }
        listener.withLock { $0 = next }
    }

    /// Connects to the own inbox; whoever gets in meanwhile is proof enough.
    private func newcomerGetsIn() -> Bool {
        while newcomers.wait(timeout: .now()) == .success {}
        // No connection at all is the system's trouble, and none that listening anew would cure.
        guard let probe = GreetingProbe(address.reachable) else { return true }
        let patience = DispatchTimeInterval.milliseconds(Int(limits.listenerPatience.libraryMilliseconds))
        let isAlive = newcomers.wait(timeout: .now() + patience) == .success
        _ = consume probe
        return isAlive
    }
}

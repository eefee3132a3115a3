import CNNG
import Synchronization

/// One asynchronous operation of libnng as an async call; reusable, one use at a time.
///
/// The time limit is the library's own, so only completion and cancellation can race, and the library decides
/// that race: it calls back exactly once for every operation that it accepted.
final class Operation: Sendable {
    private let completion: Completion
    private let isFreed = Mutex(false)

    // SAFETY: written once, in init. libnng lets any thread call its functions on an aio, and the aio lives
    // until `free` or deinit: neither runs while an operation is on its way, for its pool frees only idle ones and
    // `run` keeps `self` alive. A cancel that comes late holds `isFreed`.
    nonisolated(unsafe) private let aio: OpaquePointer

    /// Allocates the operation.
    init() throws(TransportError) {
        let completion = Completion()
        var aio: OpaquePointer?
        // SAFETY: the callback runs only between the start of an operation and its end, for which `run`
        // waits while it keeps `self` and so `completion` alive.
        let status = nng_aio_alloc(
            &aio,
            { argument in
                guard let argument else { return }
                Unmanaged<Completion>.fromOpaque(argument).takeUnretainedValue().finish(wasStarted: true)
            },
            Unmanaged.passUnretained(completion).toOpaque()
        )
        guard status == 0, let aio else { throw TransportError(nng: status, "allocate an operation") }
        self.completion = completion
        self.aio = aio
    }

    deinit {
        // Not nng_aio_free: the last reference may be dropped by the callback itself, which must not wait
        // for its own end.
        if !isFreed.withLock({ $0 }) { nng_aio_reap(aio) }
    }

    /// Frees the operation and waits until the library has let go of it; nobody may use it afterwards.
    ///
    /// The library's clock takes what is overdue off its list, and then ends it over the socket. When the operation
    /// was done meanwhile, only this tells that the clock does not need the socket any more.
    func free() {
        let isFirst = isFreed.withLock { isFreed in
            defer { isFreed = true }
            return !isFreed
        }
        if isFirst { nng_aio_free(aio) }
    }

    /// Sends a message.
    ///
    /// - Parameters:
    ///   - message: The message; the connection owns it afterwards, or it is freed.
    ///   - milliseconds: The time limit.
    ///   - start: Gives the operation to the library, or returns false when that must not be.
    /// - Returns: The library's result, 0 for success.
    func send(
        _ message: consuming Message,
        milliseconds: nng_duration,
        start: (OpaquePointer) -> Bool
    ) async -> Int32 {
        nng_aio_set_timeout(aio, milliseconds)
        nng_aio_set_msg(aio, message.release())
        let result = await run(start: start)
        if result != 0, let unsent = nng_aio_get_msg(aio) {
            nng_aio_set_msg(aio, nil)
            _ = Message(adopting: unsent)
        }
        return result
    }

    /// Waits for a message, without a limit of time.
    ///
    /// A message that arrives together with a cancellation is returned, not lost.
    ///
    /// - Parameters:
    ///   - socket: The socket to receive with.
    ///   - executor: Whose tasks go on in the library's callback.
    /// - Returns: The bytes of the message, or the library's result when it is not 0.
    func receive(on socket: nng_socket, waking executor: CallbackExecutor) async -> Result<[UInt8], Refusal> {
        nng_aio_set_timeout(aio, NNG_DURATION_INFINITE)
        let result = await run(waking: executor) { aio in
            nng_recv_aio(socket, aio)
            return true
        }
        guard result == 0, let pointer = nng_aio_get_msg(aio) else {
            return .failure(Refusal(result: result))
        }
        nng_aio_set_msg(aio, nil)
        return .success(Message(adopting: pointer).bytes)
    }

    /// Ends the operation early if there is one; also when it is about to start.
    func cancel() {
        guard completion.cancel() else { return }
        // The operation may have come to its end since, and its pool be about to free it.
        isFreed.withLock { isFreed in if !isFreed { nng_aio_cancel(aio) } }
    }

    /// A result of the library other than success.
    struct Refusal: Error {
        /// The library's number.
        let result: Int32
    }

    private func run(waking executor: CallbackExecutor? = nil, start: (OpaquePointer) -> Bool) async -> Int32
    {
        let wasStarted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard completion.begin(continuation, waking: executor) else {
                    return continuation.resume(returning: false)
                }
                guard start(aio) else { return completion.finish(wasStarted: false) }
                // A cancel before the library had scheduled the operation is lost: repeat it. The operation
                // cannot be somebody else's by now, as its task goes on only when this closure has returned.
                if completion.isCancelled { nng_aio_cancel(aio) }
            }
        } onCancel: {
            self.cancel()
        }
        // No handler of this task runs any more; a wish to cancel ends with the operation that it was for.
        completion.reset()
        return wasStarted ? nng_aio_result(aio) : Int32(NNG_ECANCELED.rawValue)
    }
}

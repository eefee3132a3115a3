import CNNG

extension TransportError {
    /// Translates a result of the library.
    ///
    /// - Parameters:
    ///   - result: The library's number, other than 0.
    ///   - action: What was tried, to follow "could not".
    init(nng result: Int32, _ action: String) {
        let reason = String(cString: nng_strerror(result))
        self.init(Self.code(for: result), "libnng could not \(action): \(reason).")
    }

    private static func code(for result: Int32) -> Code {
        switch nng_errno_enum(rawValue: UInt32(bitPattern: result)) {
        case NNG_ETIMEDOUT: .timedOut
        case NNG_ECANCELED: .cancelled
        case NNG_ECLOSED: .closed
        case NNG_EADDRINUSE: .addressInUse
        case NNG_EADDRINVAL: .invalidAddress
        case NNG_EMSGSIZE: .messageTooLarge
        case NNG_ECRYPTO, NNG_EPEERAUTH: .invalidIdentity
        case NNG_ENOMEM, NNG_ENOFILES, NNG_ENOSPC: .resourceExhausted
        default: .failed
        }
    }

    /// Throws when a call of the library did not succeed.
    static func check(_ result: Int32, _ action: @autoclosure () -> String) throws(TransportError) {
        guard result == 0 else { throw TransportError(nng: result, action()) }
    }
}

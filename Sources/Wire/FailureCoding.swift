internal import CWire
internal import Domain

extension Arena {
    mutating func failure(_ failure: Failure) -> UnsafeMutablePointer<Cloister__V1__Failure> {
        let message = message(cloister__v1__failure__init)
        message.pointee.code = text(failure.code.name)
        message.pointee.message = bytes(failure.message.utf8)
        message.pointee.retry_after_seconds = UInt32(clamping: failure.retryAfterSeconds ?? 0)
        return message
    }
}

extension Failure {
    /// Reads a failure; a code that this version does not know becomes `internalError`.
    ///
    /// - Parameter message: the decoded message.
    /// - Throws: `invalidField` when the text is not UTF-8.
    init(_ message: Cloister__V1__Failure) throws(WireError) {
        let code = FailureCode.named(try String(field: message.code, "code")) ?? .internalError
        let seconds = Int(message.retry_after_seconds)
        self.init(
            code,
            try String(utf8: message.message, "message"),
            retryAfterSeconds: seconds > 0 ? seconds : nil
        )
    }
}

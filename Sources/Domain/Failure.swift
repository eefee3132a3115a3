/// What crosses a boundary when something could not be done: a stable code, a sentence, advice.
///
/// It holds no paths, no C strings and nothing secret, for it reaches the client.
package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The entry of the catalogue.
    package let code: FailureCode
    /// A sentence that tells a person what to do.
    package let message: String
    /// After how many seconds a new attempt makes sense; nil when it does not.
    package let retryAfterSeconds: Int?

    /// Makes a failure.
    ///
    /// - Parameters:
    ///   - code: the entry of the catalogue.
    ///   - message: a sentence that tells a person what to do.
    ///   - retryAfterSeconds: after how many seconds a new attempt makes sense, if it does.
    package init(_ code: FailureCode, _ message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    package var description: String { "\(code.name): \(message)" }
}

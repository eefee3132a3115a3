internal import Domain

/// What an answer says about an end that was no success, beyond what the code printed.
struct ExecutionNotice: Hashable, Sendable {
    /// What the contract says when the time-out stopped the code.
    static let timeout = "Request timed out waiting for code execution to complete"
    /// What the contract says when the code took the runtime down with it.
    static let abort = "Execution aborted"

    /// When standard error is to hold the message.
    private enum Place: Hashable {
        case never
        case whenEmpty
        case always
    }

    /// What kind of end it was, for programs.
    let code: String
    /// What kind of end it was, for people.
    let message: String
    private let place: Place

    /// The notice for programs.
    var json: JSONValue {
        .object([.init("code", .string(code)), .init("message", .string(message))])
    }

    /// Finds what is to be said; nothing of a success.
    ///
    /// - Parameter outcome: how the execution ended.
    init?(_ outcome: Outcome) {
        switch outcome.status {
        case .succeeded: return nil
        case .timedOut: (code, message, place) = ("ExecutionTimedOut", Self.timeout, .always)
        case .cancelled: (code, message, place) = ("ExecutionCanceled", "The execution was canceled.", .never)
        case .failed where outcome.stateWasLost:
            let reason = outcome.errorMessage
            code = "ExecutionAborted"
            message = reason.isEmpty ? Self.abort : "\(Self.abort): \(reason)"
            place = .always
        case .failed:
            code = "ExecutionFailed"
            let parts = [outcome.errorName, outcome.errorMessage].filter { !$0.isEmpty }
            if let exitCode = outcome.exitCode {
                // A command that ends so has said why, or nothing on purpose.
                (message, place) = ("The command ended with exit code \(exitCode).", .never)
            } else if parts.isEmpty {
                (message, place) = ("The code failed.", .never)
            } else {
                (message, place) = (parts.joined(separator: ": "), .whenEmpty)
            }
        }
    }

    /// Standard error with the notice behind it, where clients show it to people.
    ///
    /// - Parameter text: what the code wrote.
    /// - Returns: both.
    func added(to text: String) -> String {
        guard place == .always || place == .whenEmpty && text.isEmpty else { return text }
        let separator = text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? "" : "\n"
        return text + separator + message
    }
}

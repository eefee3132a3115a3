internal import Domain

/// What an answer says about the end of an execution beyond what the code printed.
struct ExecutionNotice: Hashable, Sendable {
    /// What the contract says when the time-out stopped the code.
    static let timeout = "Request timed out waiting for code execution to complete"
    /// What the contract says when the code took the runtime down with it.
    static let abort = "Execution aborted"

    /// What kind of end it was, for programs; nil when the code ran to its end.
    let code: String?
    /// What kind of end it was, for people.
    let message: String
    /// Whether standard error is to hold it although there is more in it.
    private let isAlwaysTold: Bool

    /// Finds what is to be said.
    ///
    /// - Parameter outcome: how the execution ended.
    init(_ outcome: Outcome) {
        let error = [outcome.errorName, outcome.errorMessage].filter { !$0.isEmpty }.joined(separator: ": ")
        switch outcome.status {
        case .succeeded: (code, message, isAlwaysTold) = (nil, "", false)
        case .timedOut: (code, message, isAlwaysTold) = ("ExecutionTimedOut", Self.timeout, true)
        case .failed where outcome.stateWasLost:
            let reason = outcome.errorMessage
            code = "ExecutionAborted"
            message = reason.isEmpty ? Self.abort : "\(Self.abort): \(reason)"
            isAlwaysTold = true
        case .failed:
            (code, isAlwaysTold) = ("ExecutionFailed", false)
            // A command that ends with another number than 0 has said why, or nothing on purpose.
            message = outcome.exitCode == nil ? error : ""
        case .cancelled: (code, message, isAlwaysTold) = ("ExecutionCanceled", "", false)
        }
    }

    /// Standard error with the notice behind it, where clients show it to people.
    ///
    /// - Parameter text: what the code wrote.
    func added(to text: String) -> String {
        guard !message.isEmpty, isAlwaysTold || text.isEmpty else { return text }
        let separator = text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? "" : "\n"
        return text + separator + message
    }
}

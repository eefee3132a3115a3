internal import Client

/// Why an operation counts as failed.
package struct BenchFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server's code, or one of this program's own: `WrongOutput`, `WrongSession`, `StateLost`, `TimedOut`,
    /// `Unreachable`, `MalformedAnswer`, `Cancelled`, `Other`.
    package let code: String
    /// The HTTP status; nil when there was no answer, 200 for an answer that is wrong.
    package let status: Int?
    /// A sentence for people.
    package let message: String

    init(code: String, status: Int? = 200, _ message: String) {
        self.code = code
        self.status = status
        self.message = message
    }

    /// Sorts an error.
    ///
    /// - Parameter error: what an operation threw.
    init(_ error: any Error) {
        switch error {
        case let failure as BenchFailure: self = failure
        case let error as ClientError:
            self.init(code: Self.code(of: error), status: error.status, error.description)
        case is CancellationError: self.init(code: "Cancelled", status: nil, "It was interrupted.")
        default: self.init(code: "Other", status: nil, "\(error)")
        }
    }

    package var description: String { "\(message) (\(code))" }

    private static func code(of error: ClientError) -> String {
        if !error.code.isEmpty { return error.code }
        return switch error.kind {
        case .timedOut: "TimedOut"
        case .unreachable: "Unreachable"
        case .malformedAnswer: "MalformedAnswer"
        case .cancelled: "Cancelled"
        default: "Refused"
        }
    }
}

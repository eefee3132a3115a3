/// Why a call of the client has no result.
package struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of reason; the set may grow.
    package struct Kind: Hashable, Sendable {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// The server answered with a failure: ``ClientError/code`` and ``ClientError/status`` tell which.
        package static let refused = Self("refused")
        /// No connection came about, or it broke.
        package static let unreachable = Self("unreachable")
        /// The answer did not come in time.
        package static let timedOut = Self("timedOut")
        /// The answer is none that this client understands.
        package static let malformedAnswer = Self("malformedAnswer")
        /// The caller's task was cancelled.
        package static let cancelled = Self("cancelled")
    }

    /// The kind of reason.
    package let kind: Kind
    /// The stable name of the server's failure; empty when there was no such answer.
    package let code: String
    /// A sentence for people.
    package let message: String
    /// The HTTP status; nil when there was no answer.
    package let status: Int?
    /// What to search the server's log for.
    package let traceID: String?
    /// After how many seconds the server takes a new attempt.
    package let retryAfterSeconds: Int?

    init(
        _ kind: Kind,
        _ message: String,
        code: String = "",
        status: Int? = nil,
        traceID: String? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.status = status
        self.traceID = traceID
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Whether the same may work a little later.
    package var isPassing: Bool {
        switch kind {
        case .unreachable, .timedOut: true
        case .refused: [429, 503, 504].contains(status) && code != "SessionLost"
        // A proxy before a server that is not there for a moment.
        case .malformedAnswer: [502, 503, 504].contains(status)
        default: false
        }
    }

    package var description: String {
        let origin = [code, status.map { "HTTP \($0)" } ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        return origin.isEmpty ? message : "\(message) (\(origin))"
    }
}

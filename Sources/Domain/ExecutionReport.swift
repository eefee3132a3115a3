/// Everything that a finished execution produced, put together from its events.
package struct ExecutionReport: Hashable, Sendable {
    /// The execution.
    package let id: ExecutionID
    /// The session in which it ran.
    package let session: SessionKey
    /// A name for this life of the session that does not repeat when the identifier is used again.
    package let sessionInstance: String
    /// Whether the sandbox was made for this execution.
    package let isNewSession: Bool
    /// Standard output, as bytes: what the code printed need not be valid UTF-8.
    package private(set) var standardOutput: [UInt8] = []
    /// Standard error, as bytes.
    package private(set) var standardError: [UInt8] = []
    /// The value of the last expression, if it had one.
    package private(set) var value: ResultValue?
    /// The pictures, in the order in which they were made.
    package private(set) var images: [ResultImage] = []
    /// How it ended; nil while it runs.
    package private(set) var outcome: Outcome?
    /// How long each stage took.
    package var timings = StageTimings()

    /// What it holds, in bytes.
    package var byteCount: Int {
        let ofValue = value.map { $0.text.utf8.count + ($0.json?.utf8.count ?? 0) } ?? 0
        return images.reduce(standardOutput.count + standardError.count + ofValue) { $0 + $1.bytes.count }
    }

    /// Makes the report of an execution that has produced nothing yet.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - session: the session in which it runs.
    ///   - sessionInstance: a name for this life of the session.
    ///   - isNewSession: whether the sandbox was made for this execution.
    package init(id: ExecutionID, session: SessionKey, sessionInstance: String, isNewSession: Bool) {
        self.id = id
        self.session = session
        self.sessionInstance = sessionInstance
        self.isNewSession = isNewSession
    }

    /// Adds what came next.
    ///
    /// - Parameter event: the next event of the execution.
    package mutating func append(_ event: ExecutionEvent) {
        switch event {
        case .standardOutput(let bytes): standardOutput += bytes
        case .standardError(let bytes): standardError += bytes
        case .value(let value): self.value = value
        case .image(let image): images.append(image)
        case .ended(let outcome): self.outcome = outcome
        }
    }
}

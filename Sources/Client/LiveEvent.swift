package import APIModel
internal import FoundationEssentials

/// What is told of an execution while it runs.
package enum LiveEvent: Hashable, Sendable {
    /// It was taken in, in this life of the session.
    case started(sessionInstance: String, isNewSession: Bool)
    /// The code wrote to its standard output.
    case output(String)
    /// The code wrote to its standard error.
    case error(String)
    /// The value of the last expression.
    case value(JSONValue)
    /// A picture.
    case image(format: String, content: [UInt8])
    /// It is over.
    case ended(LiveEnd)

    /// Reads an event.
    ///
    /// It is nil for a kind that is not known.
    ///
    /// - Parameter event: the event as it was sent.
    /// - Throws: the failure that an `error` event tells, or `malformedAnswer`.
    init?(_ event: EventStreamParser.Event) throws(ClientError) {
        guard let data = try? JSONDecoder().decode(JSONValue.self, from: Data(event.data)) else {
            throw ClientError(.malformedAnswer, "An event of the stream is not JSON.")
        }
        switch event.name {
        case "started":
            self = .started(
                sessionInstance: data["sessionInstance"]?.text ?? "",
                isNewSession: data["isNewSession"] == .boolean(true)
            )
        case "stdout": self = .output(data["text"]?.text ?? "")
        case "stderr": self = .error(data["text"]?.text ?? "")
        case "result": self = .value(data["executionResult"] ?? .null)
        case "image":
            guard let content = data["base64_data"]?.text.flatMap({ Data(base64Encoded: $0) }) else {
                throw ClientError(.malformedAnswer, "A picture of the stream is no base64.")
            }
            self = .image(format: data["format"]?.text ?? "png", content: Array(content))
        case "end": self = .ended(LiveEnd(data))
        case "error":
            throw ClientError(
                .refused,
                data["error"]?["message"]?.text ?? "The server ended the stream without saying why.",
                code: data["error"]?["code"]?.text ?? ""
            )
        default: return nil
        }
    }
}

/// How an execution ended.
package struct LiveEnd: Hashable, Sendable {
    /// The contract's word for it, or an exit code.
    package let status: String
    /// What kind of end it was, for programs; nil after a success.
    package let errorCode: String?
    /// The same for people.
    package let errorMessage: String?
    /// How long it ran, in milliseconds.
    package let milliseconds: Int
    /// Which parts of the output were cut: `stdout`, `stderr`, `output`.
    package let truncated: [String]
    /// Whether the session's variables were lost.
    package let stateWasLost: Bool

    init(_ data: JSONValue) {
        status = data["status"]?.text ?? ""
        errorCode = data["error"]?["code"]?.text
        errorMessage = data["error"]?["message"]?.text
        if case .integer(let time) = data["result"]?["executionTimeInMilliseconds"] {
            milliseconds = time
        } else {
            milliseconds = 0
        }
        if case .array(let parts) = data["result"]?["truncated"] {
            truncated = parts.compactMap(\.text)
        } else {
            truncated = []
        }
        stateWasLost = data["stateLost"] == .boolean(true)
    }
}

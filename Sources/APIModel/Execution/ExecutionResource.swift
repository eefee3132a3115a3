package import Domain

/// The answer to a request to run code: what the server writes and what our client reads.
package struct ExecutionResource: Hashable, Sendable {
    /// What the contract says in standard error when the time-out stopped the code.
    package static let timeoutNotice = "Request timed out waiting for code execution to complete"
    /// What the contract says in standard error when the code took the runtime down with it.
    package static let abortNotice = "Execution aborted"

    /// The execution.
    package let id: String
    /// The session's identifier.
    package let identifier: String
    /// The kind of execution as the client wrote it.
    package let executionType: String
    /// How it ended, in the words of the answer's shape.
    package let status: String
    /// Standard output.
    package let standardOutput: String
    /// Standard error.
    package let standardError: String
    /// The value of the last expression or the last picture; an empty string when there is neither.
    package let result: JSONValue
    /// All pictures, when there is more than the one in ``result``; an addition to the flat shape.
    package let images: [JSONValue]
    /// How long the code ran inside the guest.
    package let executionTimeInMilliseconds: Int
    /// What was left out; an addition of Cloister.
    ///
    /// `stdout` and `stderr` stand here when the client's limit cut them, `output` when output, a result or
    /// pictures were over the pool's limits.
    package let truncated: [String]

    /// Puts the answer together.
    ///
    /// - Parameters:
    ///   - report: the report of the ended execution.
    ///   - request: what the client asked for.
    ///   - shape: the layout of the route's answers.
    ///   - version: the version that the client asked for.
    /// - Throws: `internalError` when the execution has not ended.
    package init(
        _ report: ExecutionReport,
        to request: ExecutionRequest,
        shape: AnswerShape,
        version: APIVersion
    ) throws(Failure) {
        guard let outcome = report.outcome else {
            throw Failure(.internalError, "The report of an execution that has not ended was to be answered.")
        }
        let output = StreamText(report.standardOutput, limit: request.outputStreamsMaxLength)
        let errors = StreamText(report.standardError, limit: request.outputStreamsMaxLength)
        id = report.id.text
        identifier = report.session.identifier.text
        executionType = request.executionType
        status =
            switch outcome.status {
            case .succeeded: shape.success
            case .failed, .timedOut: shape.failure
            case .cancelled: shape.cancellation
            }
        standardOutput = output.text
        standardError = Self.standardError(errors.text, outcome)
        result = ResultTyping(shape: shape, version: version).json(value: report.value, images: report.images)
        images = report.images.count > 1 ? report.images.map(ResultTyping.json) : []
        executionTimeInMilliseconds = Self.milliseconds(outcome.duration)
        truncated =
            (output.wasCut ? ["stdout"] : []) + (errors.wasCut ? ["stderr"] : [])
            + (outcome.wasTruncated ? ["output"] : [])
    }

    // The guest measures it, and nothing that a guest says may bring the server down.
    private static func milliseconds(_ duration: Duration) -> Int {
        Int(min(max(duration / .milliseconds(1), 0), 1e15))
    }

    // Says in the stream that clients show to people why the code ended, if the code did not say so itself.
    private static func standardError(_ text: String, _ outcome: Outcome) -> String {
        let notice: String
        switch outcome.status {
        case .timedOut: notice = timeoutNotice
        case .failed where outcome.stateWasLost:
            notice = outcome.errorMessage.isEmpty ? abortNotice : "\(abortNotice): \(outcome.errorMessage)"
        case .failed where text.isEmpty && !outcome.errorName.isEmpty:
            notice =
                outcome.errorMessage.isEmpty
                ? outcome.errorName : "\(outcome.errorName): \(outcome.errorMessage)"
        case .succeeded, .failed, .cancelled: return text
        }
        let separator = text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? "" : "\n"
        return text + separator + notice
    }
}

extension ExecutionResource {
    /// The body as UTF-8 text.
    ///
    /// - Parameter shape: the layout of the route's answers.
    /// - Returns: the JSON.
    package func encoded(as shape: AnswerShape) -> [UInt8] {
        switch shape {
        case .flat: flat.encoded
        case .wrapped: JSONValue.object([.init("$id", .string("1")), wrapped]).encoded
        case .wrappedAndFlat:
            JSONValue.object([.init("$id", .string("1"))] + members(valueAs: "result") + [wrapped]).encoded
        }
    }

    private var flat: JSONValue {
        let pictures: [JSONValue.Member] = images.isEmpty ? [] : [.init("images", .array(images))]
        return .object([
            .init("id", .string(id)),
            .init("identifier", .string(identifier)),
            .init("executionType", .string(executionType)),
            .init("status", .string(status)),
            .init("result", .object(streams(valueAs: "executionResult") + pictures)),
        ])
    }

    private var wrapped: JSONValue.Member {
        .init("properties", .object([.init("$id", .string("2"))] + members(valueAs: "result")))
    }

    private func members(valueAs name: String) -> [JSONValue.Member] {
        [.init("status", .string(status))] + streams(valueAs: name)
    }

    private func streams(valueAs name: String) -> [JSONValue.Member] {
        let cuts = truncated.map(JSONValue.string)
        return [
            .init("stdout", .string(standardOutput)),
            .init("stderr", .string(standardError)),
            .init(name, result),
            .init("executionTimeInMilliseconds", .integer(executionTimeInMilliseconds)),
        ] + (cuts.isEmpty ? [] : [.init("truncated", .array(cuts))])
    }
}

extension ExecutionResource: Decodable {
    private enum CodingKeys: String, CodingKey { case id, identifier, executionType, status, result }

    private struct Streams: Decodable {
        let stdout: String?
        let stderr: String?
        let executionResult: JSONValue?
        let images: [JSONValue]?
        let executionTimeInMilliseconds: Int?
        let truncated: [String]?
    }

    /// Reads the flat shape.
    ///
    /// - Parameter decoder: where to read from.
    /// - Throws: when a member is missing or of a wrong type.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        identifier = try container.decode(String.self, forKey: .identifier)
        executionType = try container.decodeIfPresent(String.self, forKey: .executionType) ?? "Synchronous"
        status = try container.decode(String.self, forKey: .status)
        let streams = try container.decode(Streams.self, forKey: .result)
        standardOutput = streams.stdout ?? ""
        standardError = streams.stderr ?? ""
        result = streams.executionResult ?? .null
        images = streams.images ?? []
        executionTimeInMilliseconds = streams.executionTimeInMilliseconds ?? 0
        truncated = streams.truncated ?? []
    }
}

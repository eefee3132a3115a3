package import Domain

/// The answer to a request to run code: what the server writes and what our client reads.
package struct ExecutionResource: Hashable, Sendable {
    /// The execution.
    package let id: String
    /// The session's identifier.
    package let identifier: String
    /// The kind of execution as the client wrote it; empty when it is not to be told.
    package let executionType: String
    /// How it ended, in the words of the answer's shape.
    package let status: String
    /// Standard output.
    package let standardOutput: String
    /// Standard error.
    package let standardError: String
    /// The value of the last expression or the last picture; an empty string when there is neither.
    package let result: JSONValue
    /// Whether the flat shape has such a member; a shell's has none.
    private let hasResult: Bool
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
    ///   - form: how the client that asked for the execution wants it to be answered.
    ///   - layout: how the pool and the route answer.
    /// - Throws: `internalError` when the execution has not ended.
    package init(
        _ report: ExecutionReport,
        form: AnswerForm,
        layout: AnswerLayout
    ) throws(Failure) {
        guard let outcome = report.outcome else {
            throw Failure(.internalError, "The report of an execution that has not ended was to be answered.")
        }
        let output = StreamText(report.standardOutput, limit: form.outputStreamsMaxLength)
        let errors = StreamText(report.standardError, limit: form.outputStreamsMaxLength)
        id = report.id.text
        identifier = report.session.identifier.text
        executionType = form.executionType
        status = layout.status(of: outcome)
        standardOutput = output.text
        standardError = ExecutionNotice(outcome)?.added(to: errors.text) ?? errors.text
        let typing = ResultTyping(layout: layout, inJupyterFormat: form.inJupyterFormat)
        result = typing.json(value: report.value, images: report.images)
        hasResult = layout.runtime != .shell
        images = report.images.count > 1 ? report.images.map(ResultTyping.json) : []
        executionTimeInMilliseconds = Self.milliseconds(outcome.duration)
        truncated =
            (output.wasCut ? ["stdout"] : []) + (errors.wasCut ? ["stderr"] : [])
            + (outcome.wasTruncated ? ["output"] : [])
    }

    /// How long an execution ran, as an answer has it.
    ///
    /// The guest measures it, and nothing that a guest says may bring the server down.
    ///
    /// - Parameter duration: what the guest says.
    /// - Returns: the time, in milliseconds.
    static func milliseconds(_ duration: Duration) -> Int {
        Int(min(max(duration / .milliseconds(1), 0), 1e15))
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
        return .object(
            Self.head(id: id, identifier: identifier, executionType: executionType, status: status)
                + [.init("result", .object(streams(valueAs: hasResult ? "executionResult" : nil) + pictures))]
        )
    }

    /// What the flat shape has of an execution whether it has ended or not.
    static func head(
        id: String,
        identifier: String,
        executionType: String,
        status: String
    ) -> [JSONValue.Member] {
        let type: [JSONValue.Member] =
            executionType.isEmpty ? [] : [.init("executionType", .string(executionType))]
        return [.init("id", .string(id)), .init("identifier", .string(identifier))] + type
            + [.init("status", .string(status))]
    }

    private var wrapped: JSONValue.Member {
        .init("properties", .object([.init("$id", .string("2"))] + members(valueAs: "result")))
    }

    private func members(valueAs name: String) -> [JSONValue.Member] {
        [.init("status", .string(status))] + streams(valueAs: name)
    }

    private func streams(valueAs name: String?) -> [JSONValue.Member] {
        let cuts = truncated.map(JSONValue.string)
        return [.init("stdout", .string(standardOutput)), .init("stderr", .string(standardError))]
            + (name.map { [.init($0, result)] } ?? [])
            + [.init("executionTimeInMilliseconds", .integer(executionTimeInMilliseconds))]
            + (cuts.isEmpty ? [] : [.init("truncated", .array(cuts))])
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
        executionType = try container.decodeIfPresent(String.self, forKey: .executionType) ?? ""
        status = try container.decode(String.self, forKey: .status)
        let streams = try container.decode(Streams.self, forKey: .result)
        standardOutput = streams.stdout ?? ""
        standardError = streams.stderr ?? ""
        result = streams.executionResult ?? .null
        hasResult = streams.executionResult != nil
        images = streams.images ?? []
        executionTimeInMilliseconds = streams.executionTimeInMilliseconds ?? 0
        truncated = streams.truncated ?? []
    }
}

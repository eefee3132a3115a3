package import Domain

/// The answer about an execution that has not ended.
package struct PendingExecutionResource: Hashable, Sendable {
    private let id: String
    private let identifier: String
    private let executionType: String
    private let status: String

    /// Puts the answer together.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - session: the session in which it runs or will run.
    ///   - form: how the client that asked for the execution wants it to be answered.
    ///   - hasStarted: whether its code has begun to run.
    package init(id: ExecutionID, session: SessionKey, form: AnswerForm, hasStarted: Bool) {
        self.id = id.text
        identifier = session.identifier.text
        executionType = form.executionType
        status = AnswerLayout.status(hasStarted: hasStarted)
    }

    /// The body as UTF-8 text.
    ///
    /// - Parameter shape: the layout of the route's answers.
    /// - Returns: the JSON.
    package func encoded(as shape: AnswerShape) -> [UInt8] {
        switch shape {
        case .flat: JSONValue.object(head).encoded
        case .wrapped: JSONValue.object([.init("$id", .string("1")), wrapped]).encoded
        case .wrappedAndFlat:
            JSONValue.object([.init("$id", .string("1"))] + members + [wrapped]).encoded
        }
    }

    private var head: [JSONValue.Member] {
        ExecutionResource.head(
            id: id,
            identifier: identifier,
            executionType: executionType,
            status: status
        )
    }

    private var wrapped: JSONValue.Member {
        .init("properties", .object([.init("$id", .string("2"))] + members))
    }

    // Clients of the older shapes take all of these for granted.
    private var members: [JSONValue.Member] {
        [
            .init("status", .string(status)), .init("stdout", .string("")), .init("stderr", .string("")),
            .init("result", .string("")), .init("executionTimeInMilliseconds", .integer(0)),
            .init("id", .string(id)),
        ]
    }
}

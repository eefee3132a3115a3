package import Domain

/// What a client that reads an execution while it runs is told, event by event.
///
/// The same events give the same stream wherever a client begins to read, so that one that lost its
/// connection goes on where it was.
package struct ExecutionStream: Sendable {
    private let id: ExecutionID
    private let session: SessionKey
    private let form: AnswerForm
    private let layout: AnswerLayout
    /// What has been told.
    package private(set) var cursor: StreamCursor

    /// Begins or goes on with a stream.
    ///
    /// - Parameters:
    ///   - id: the execution.
    ///   - session: the session in which it runs.
    ///   - form: how the client that asked for the execution wants it to be answered.
    ///   - layout: how the pool answers.
    ///   - cursor: what the client has seen.
    package init(
        id: ExecutionID,
        session: SessionKey,
        form: AnswerForm,
        layout: AnswerLayout,
        cursor: StreamCursor = StreamCursor()
    ) {
        self.id = id
        self.session = session
        self.form = form
        self.layout = layout
        self.cursor = cursor
    }

    /// The first event of a stream from the beginning.
    ///
    /// - Parameters:
    ///   - instance: the name of this life of the session.
    ///   - isNewSession: whether the session began with the execution.
    ///   - hasStarted: whether its code has begun to run.
    /// - Returns: the event.
    package func started(instance: String, isNewSession: Bool, hasStarted: Bool) -> ServerSentEvent {
        let status = AnswerLayout.status(hasStarted: hasStarted)
        let more: [JSONValue.Member] = [
            .init("sessionInstance", .string(instance)), .init("isNewSession", .boolean(isNewSession)),
        ]
        return ServerSentEvent("started", cursor: cursor, data: .object(head(status) + more))
    }

    /// What comes next.
    ///
    /// - Parameter event: the next event of the execution.
    /// - Returns: what the client is told; nil when its own limit leaves nothing of it.
    package mutating func next(_ event: SequencedEvent) -> ServerSentEvent? {
        cursor.sequence = event.sequence &+ 1
        switch event.event {
        case .standardOutput(let bytes):
            return text(bytes, before: \.outputBytes).map { told("stdout", $0) }
        case .standardError(let bytes):
            return text(bytes, before: \.errorBytes).map { told("stderr", $0) }
        case .value(let value):
            let json = ResultTyping(layout: layout, inJupyterFormat: form.inJupyterFormat).json(value)
            return told("result", [.init("executionResult", json)])
        case .image(let image):
            return ServerSentEvent("image", cursor: cursor, data: ResultTyping.json(image))
        case .ended(let outcome): return told("end", end(outcome))
        }
    }

    private func told(_ name: String, _ members: [JSONValue.Member]) -> ServerSentEvent {
        ServerSentEvent(name, cursor: cursor, data: .object(members))
    }

    private func head(_ status: String) -> [JSONValue.Member] {
        ExecutionResource.head(
            id: id.text,
            identifier: session.identifier.text,
            executionType: form.executionType,
            status: status
        )
    }

    private mutating func text(
        _ bytes: [UInt8],
        before: WritableKeyPath<StreamCursor, Int>
    ) -> [JSONValue.Member]? {
        let whole = StreamText(bytes, limit: nil)
        let told = cursor[keyPath: before]
        cursor[keyPath: before] = told + whole.text.utf8.count
        guard let most = form.outputStreamsMaxLength else { return [.init("text", .string(whole.text))] }
        let text = StreamText(bytes, limit: max(most - told, 0)).text
        return text.isEmpty ? nil : [.init("text", .string(text))]
    }

    // The flat shape of the whole answer, without what has been told and with what stands in headers there.
    private func end(_ outcome: Outcome) -> [JSONValue.Member] {
        let most = form.outputStreamsMaxLength ?? Int.max
        let truncated =
            (cursor.outputBytes > most ? ["stdout"] : []) + (cursor.errorBytes > most ? ["stderr"] : [])
            + (outcome.wasTruncated ? ["output"] : [])
        let time = ExecutionResource.milliseconds(outcome.duration)
        let error = ExecutionNotice(outcome).map { JSONValue.Member("error", $0.json) }
        return head(layout.status(of: outcome)) + [error].compactMap(\.self) + [
            .init("stateLost", .boolean(outcome.stateWasLost)),
            .init(
                "result",
                .object([
                    .init("executionTimeInMilliseconds", .integer(time)),
                    .init("truncated", .array(truncated.map(JSONValue.string))),
                ])
            ),
        ]
    }
}

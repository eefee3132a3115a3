internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import ServiceLifecycle

/// Answers with an execution's events as they come (docs/api.md, live output).
///
/// A page is read when the client has taken the one before, so a slow client costs one page of memory. One
/// that goes away leaves the execution as it is: it may come back, and `DELETE` is what cancels.
struct ExecutionStreaming: Sendable {
    private let silence: Duration
    private let reader: ExecutionReader
    private let context: APIContext

    /// Puts it together.
    ///
    /// - Parameters:
    ///   - silence: how long nothing may be sent.
    ///   - reader: what reads the execution.
    ///   - context: what is known about the request.
    init(silence: Duration, _ reader: ExecutionReader, _ context: APIContext) {
        self.silence = silence
        self.reader = reader
        self.context = context
    }

    /// Whether a client wants events.
    ///
    /// - Parameter request: its request.
    /// - Returns: whether it wants them.
    static func isWanted(by request: Request) -> Bool {
        (request.headers[.accept] ?? "").lowercased().split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let isRefused = parts.contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
            return parts.first == "text/event-stream" && !isRefused
        }
    }

    /// `POST …/executions`: has an execution begin, and tells what it does.
    ///
    /// - Parameters:
    ///   - order: the execution.
    ///   - request: the request.
    /// - Returns: the answer, whose body is the stream.
    /// - Throws: why it was not taken in.
    func begin(_ order: ExecutionOrder, _ request: Request) async throws -> Response {
        let seen = try Self.cursor(of: request)
        guard seen == nil || request.headers[HeaderNames.operationID] != nil else {
            throw Failure(
                .sessionRequestValidationFailed,
                "The header Last-Event-ID goes on with an execution: name it in the header operation-id."
            )
        }
        // Who goes on has begun it: what is gone meanwhile is not begun anew.
        return try await answer(seen: seen, first: seen == nil ? order.taken() : page(after: seen))
    }

    /// `GET …/executions/{id}`: tells what an execution has done and does.
    ///
    /// - Parameter request: the request.
    /// - Returns: the answer, whose body is the stream.
    /// - Throws: why there is nothing to tell.
    func read(_ request: Request) async throws -> Response {
        let seen = try Self.cursor(of: request)
        return try await answer(seen: seen, first: try await page(after: seen))
    }

    private static func cursor(of request: Request) throws(Failure) -> StreamCursor? {
        guard let text = request.headers[HeaderNames.lastEventID], !text.isEmpty else { return nil }
        return try StreamCursor(text)
    }

    private func page(after seen: StreamCursor?) async throws(Failure) -> EventPage {
        let page = try await reader.page(from: (seen ?? StreamCursor()).sequence)
        guard let seen, seen.instance != StreamCursor.mark(of: page.sessionInstance) else { return page }
        throw Failure(
            .executionNotFound,
            "The execution of this stream is gone with its session; what has its name now is another one."
        )
    }

    private func answer(seen: StreamCursor?, first: EventPage) async throws -> Response {
        let subject = reader.subject
        let answer = ExecutionAnswer(subject: subject, context: context, beginning: .now)
        var headers: HTTPFields = [.cacheControl: "no-store", HeaderNames.accelBuffering: "no"]
        answer.addHeaders(first, to: &headers)
        if seen != nil, first.isComplete, first.events.isEmpty {
            // What keeps a browser's EventSource from asking for ever.
            return Response(status: .noContent, headers: headers)
        }
        headers[.contentType] = "text/event-stream"
        let stream = ExecutionStream(
            id: subject.id,
            session: subject.session,
            form: first.form,
            layout: subject.layout,
            cursor: seen ?? StreamCursor(in: first.sessionInstance)
        )
        let body = ResponseBody { writer in
            if seen == nil {
                let greeting = stream.started(
                    instance: first.sessionInstance,
                    isNewSession: first.isNewSession,
                    hasStarted: first.hasStarted
                )
                try await context.connection.write(greeting.encoded, to: &writer)
            }
            do {
                try await tell(stream, from: first, answer, to: &writer)
            } catch let error as StreamError {
                let told = ErrorMiddleware.late(error.failure, in: context)
                try await context.connection.write(ServerSentEvent("error", data: told).encoded, to: &writer)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    @concurrent
    private func tell(
        _ stream: ExecutionStream,
        from first: EventPage,
        _ answer: ExecutionAnswer,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var stream = stream
        var page = first
        var spoken = ContinuousClock.now
        while true {
            for event in page.events {
                if let next = stream.next(event) {
                    try await context.connection.write(next.encoded, to: &writer)
                    spoken = .now
                }
                if case .ended(let outcome) = event.event { answer.note(outcome, page.timings) }
            }
            // A server that goes lets its streams go first: their clients come back elsewhere.
            if page.isComplete || Task.isShuttingDownGracefully { return }
            // What the client's own limit leaves out is silence, too.
            if spoken.duration(to: .now) >= silence {
                try await context.connection.write(ServerSentEvent.keepAlive, to: &writer)
                spoken = .now
            }
            let sequence = page.nextSequence
            let wait = max(silence - spoken.duration(to: .now), .zero)
            let next = try await context.connection.next { [reader] () throws(Failure) in
                try await reader.page(from: sequence, wait: wait)
            }
            switch next {
            case .success(let next): page = next
            case .failure(let failure):
                if Task.isShuttingDownGracefully { return }
                throw StreamError(failure: failure)
            }
        }
    }
}

/// What ends a stream that has begun.
private struct StreamError: Error {
    let failure: Failure
}

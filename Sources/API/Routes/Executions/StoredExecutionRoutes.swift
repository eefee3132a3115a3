internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import Telemetry

/// The routes that read an execution again and cancel it.
struct StoredExecutionRoutes: Sendable {
    static let path = "/executions/{execution}"

    let dispatch: any SessionDispatch
    let silence: SilenceBounds

    /// `GET …/executions/{id}`.
    @Sendable
    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let subject = try await subject(of: request, context)
        let reader = ExecutionReader(dispatch: dispatch, subject: subject)
        if ExecutionStreaming.isWanted(by: request) {
            return try await ExecutionStreaming(silence: silence.ofStream, reader, context).read(request)
        }
        let answer = ExecutionAnswer(subject: subject, context: context, beginning: .now)
        let reading = try await reader.everything(after: try await reader.page(from: 0))
        guard reading.report.outcome != nil else { return answer.pending(reading.page, status: .ok) }
        return try await answer.ended(reading.report, form: reading.page.form)
    }

    /// `DELETE …/executions/{id}`: that it does not run afterwards is all that it asks for.
    @Sendable
    func cancel(_ request: Request, _ context: APIContext) async throws -> Response {
        let subject = try await subject(of: request, context)
        try await dispatch.cancel(subject.id, in: subject.session)
        return Response(status: .noContent, headers: [HeaderNames.operationID: subject.id.text])
    }

    private func subject(of request: Request, _ context: APIContext) async throws(Failure) -> ExecutionSubject
    {
        try context.require(.execute)
        let asked = try await PoolRequest(request, context, dispatch)
        let session = try asked.session()
        let text = context.parameters.get("execution").flatMap { PercentEncoding.decoded($0) }
        // A name that none can have is one that none has.
        guard let id = try? ExecutionID(text ?? "") else {
            throw Failure(.executionNotFound, "There is no execution of this name.")
        }
        context.audit?.note { $0.operationID = id.text }
        let place = ExecutionSubject.place(of: request, without: Self.path)
        return ExecutionSubject(id, in: session, asked, as: .flat, below: place)
    }
}

internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// The routes that run code: to its end, without waiting for it, or telling what comes as it comes.
struct ExecutionRoutes: Sendable {
    /// A path below a pool, and how it lays its answer out.
    struct Route: Sendable {
        let path: String
        let shape: AnswerShape
    }

    static let all: [Route] = [
        Route(path: "/executions", shape: .flat), Route(path: "/code/execute", shape: .wrapped),
        Route(path: "/execute", shape: .wrapped), Route(path: "/python/execute", shape: .wrappedAndFlat),
    ]

    let dispatch: any SessionDispatch
    let bodyTimeout: Duration
    let silence: SilenceBounds

    /// `POST …/executions` and its older names.
    func run(_ route: Route) -> RouteTable.Handler {
        { request, context in
            try context.require(.execute)
            let asked = try await PoolRequest(request, context, dispatch)
            let pool = asked.pool
            let id = try executionID(of: request)
            let body = try await RequestBodyReader(limit: ExecutionRequest.bodyLimit(for: pool.limits))
                .bytes(of: request, on: context.connection, within: bodyTimeout)
            let execution = try ExecutionRequest.parse(body, for: pool.runtime)
            let session = try asked.session(inBody: execution.identifier)
            let spec = try execution.spec(id: id, limits: pool.limits)
            context.audit?.note { entry in
                entry.operationID = id.text
                entry.codeDigest = Fingerprint(of: spec.input.text).description
                entry.code = spec.input.text
                entry.bytesIn = body.count
            }
            var origin = RequestOrigin.current
            origin?.execution = id
            let place = ExecutionSubject.place(of: request, without: route.path)
            let subject = ExecutionSubject(id, in: session, asked, as: route.shape, below: place)
            let order = ExecutionOrder(
                spec: spec,
                answer: ExecutionAnswer(subject: subject, context: context, beginning: .now),
                reader: ExecutionReader(dispatch: dispatch, subject: subject)
            )
            do {
                return try await RequestOrigin.$current.withValue(origin) {
                    try await answer(order, request, context, isAsynchronous: execution.isAsynchronous)
                }
            } catch { throw ExecutionTrouble(execution: id, error: error) }
        }
    }

    /// The answer in the way that the client wants to have it.
    private func answer(
        _ order: ExecutionOrder,
        _ request: Request,
        _ context: APIContext,
        isAsynchronous: Bool
    ) async throws -> Response {
        let isFlat = order.answer.subject.layout.shape == .flat
        if isFlat, ExecutionStreaming.isWanted(by: request) {
            return try await ExecutionStreaming(silence: silence.ofStream, order.reader, context)
                .begin(order, request)
        }
        if isAsynchronous { return try await order.begin() }
        if !isFlat, PatientExecution.isNeeded(by: request) {
            return try await PatientExecution(silence: silence.ofImpatientClient, order).run()
        }
        return try await order.run()
    }

    private func executionID(of request: Request) throws(Failure) -> ExecutionID {
        guard let text = request.headers[HeaderNames.operationID] else {
            var generator = SystemRandomNumberGenerator()
            return try ExecutionID(RandomName.uuid(using: &generator))
        }
        return try ExecutionID(text)
    }
}

/// How long nothing may be sent while an execution goes on.
struct SilenceBounds: Sendable {
    /// Where a client reads events.
    let ofStream: Duration
    /// Where a client is known to give up soon.
    let ofImpatientClient: Duration
}

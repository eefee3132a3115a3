internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity
internal import NIOCore
internal import Telemetry

/// The routes that run code and wait for its end.
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
    let bodyTimeout: TimeAmount

    /// `POST …/executions` and its older names.
    func run(_ route: Route) -> RouteTable.Handler {
        { request, context in
            try context.require(.execute)
            let asked = try await PoolRequest(request, context, dispatch)
            let (pool, version) = (asked.pool, asked.version)
            let id = try executionID(of: request)
            let body = try await RequestBodyReader(limit: ExecutionRequest.bodyLimit(for: pool.limits))
                .bytes(of: request, on: context.connection, within: bodyTimeout)
            let execution = try ExecutionRequest.parse(body)
            let session = try asked.session(inBody: execution.identifier)
            let spec = try execution.spec(id: id, limits: pool.limits)
            context.audit?.note { entry in
                entry.operationID = id.text
                entry.codeDigest = Fingerprint(of: spec.input.text).description
                entry.code = spec.input.text
                entry.bytesIn = body.count
            }

            let beginning = ContinuousClock.now
            // What becomes of it is not known until there is a report.
            context.audit?.note { $0.outcome = "broken" }
            let report = try await context.connection.cancellingOnDisconnect {
                do throws(Failure) {
                    return try await execute(spec, in: session)
                } catch {
                    if Self.didNotRun(error) { context.audit?.note { $0.outcome = nil } }
                    throw error
                }
            }
            let end = ContinuousClock.now
            context.audit?.note { entry in
                entry.outcome = report.outcome.map { "\($0.status)" }
                for (stage, duration) in report.timings.recorded {
                    entry.milliseconds[stage.name] = duration / .milliseconds(1)
                }
            }
            let resource = try ExecutionResource(report, to: execution, shape: route.shape, version: version)
            var response = Response(json: resource.encoded(as: route.shape))
            ExecutionHeaders(
                report: report,
                resource: resource,
                location: location(of: id, in: session, version, askedAt: request.uri.path, route),
                overall: end - beginning,
                reading: end.duration(to: .now),
                total: context.receivedAt.duration(to: .now)
            ).add(to: &response.headers)
            return response
        }
    }

    private static func didNotRun(_ failure: Failure) -> Bool {
        failure.code.httpStatus < 500 && failure.code != .noSessionFound || failure.code == .noWorkerAvailable
    }

    private func executionID(of request: Request) throws(Failure) -> ExecutionID {
        guard let text = request.headers[HeaderNames.operationID] else {
            var generator = SystemRandomNumberGenerator()
            return try ExecutionID(RandomName.uuid(using: &generator))
        }
        return try ExecutionID(text)
    }

    // Clients of Azure know a lack of room by this sentence (dynamic-sessions-api.md, section 3.1).
    private func execute(_ spec: ExecutionSpec, in session: SessionKey) async throws(Failure)
        -> ExecutionReport
    {
        do {
            return try await dispatch.execute(spec, in: session)
        } catch  where error.code == .sessionsCountExceedsLimit {
            throw Failure(
                error.code,
                "\(error.message) (Error happened when allocating pod for identifier \(session.identifier) "
                    + "in pool \(session.pool).)",
                retryAfterSeconds: error.retryAfterSeconds
            )
        }
    }

    // Relative, for only the client knows under which name it reaches us; below the same prefix.
    private func location(
        of id: ExecutionID,
        in session: SessionKey,
        _ version: APIVersion,
        askedAt path: String,
        _ route: Route
    ) -> String {
        let prefix = path.split(separator: "/").dropLast(route.path.split(separator: "/").count)
        return "/\(prefix.joined(separator: "/"))/executions/\(id)?api-version=\(version)"
            + "&identifier=\(PercentEncoding.encoded(session.identifier.text))"
    }
}

internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Telemetry

/// Lays out what is known of an execution as an answer, and tells it the audit log.
struct ExecutionAnswer {
    let subject: ExecutionSubject
    let context: APIContext
    /// When the cluster was asked.
    let beginning: ContinuousClock.Instant

    /// The answer about an execution that has ended.
    ///
    /// - Parameters:
    ///   - report: what it produced.
    ///   - form: how the client that asked for it wants it to be answered.
    /// - Returns: the answer.
    /// - Throws: `internalError` when it has not ended.
    func ended(
        _ report: ExecutionReport,
        form: AnswerForm
    ) async throws(Failure) -> Response {
        let end = ContinuousClock.now
        note(report.outcome, report.timings)
        let (resource, body) = try await Apart.compute(report.byteCount) { [subject] () throws(Failure) in
            let resource = try ExecutionResource(report, form: form, layout: subject.layout)
            return (resource, resource.encoded(as: subject.layout.shape))
        }
        var response = Response(json: body)
        ExecutionHeaders(
            report: report,
            resource: resource,
            location: subject.location,
            overall: end - beginning,
            reading: end.duration(to: .now),
            total: context.receivedAt.duration(to: .now)
        ).add(to: &response.headers)
        return response
    }

    /// The answer about an execution that has not ended.
    ///
    /// - Parameters:
    ///   - page: what is known of it.
    ///   - status: 202 for who asked for it, 200 for who reads it.
    /// - Returns: the answer.
    func pending(_ page: EventPage, status: HTTPResponse.Status) -> Response {
        context.audit?.note { $0.outcome = status == .accepted ? "begun" : "running" }
        let resource = PendingExecutionResource(
            id: subject.id,
            session: subject.session,
            form: page.form,
            hasStarted: page.hasStarted
        )
        var response = Response(json: resource.encoded(as: subject.layout.shape), status: status)
        addHeaders(page, to: &response.headers)
        response.headers[.retryAfter] = "1"
        return response
    }

    /// Adds the headers that an execution has before its end.
    ///
    /// - Parameters:
    ///   - page: what is known of it.
    ///   - headers: the headers of the answer.
    func addHeaders(_ page: EventPage, to headers: inout HTTPFields) {
        headers[HeaderNames.operationID] = subject.id.text
        headers[HeaderNames.operationLocation] = subject.location
        headers[HeaderNames.sessionGUID] = page.sessionInstance
        headers[HeaderNames.newAllocation] = page.isNewSession ? "true" : "false"
    }

    /// Tells the audit log how an execution ended.
    ///
    /// - Parameters:
    ///   - outcome: how it ended; nil while it runs.
    ///   - timings: how long the stages took.
    func note(_ outcome: Outcome?, _ timings: StageTimings) {
        context.logger.debug(
            "an execution was answered",
            metadata: [
                "execution": "\(subject.id)", "pool": "\(subject.session.pool)",
                "outcome": "\(outcome?.status.rawValue ?? "running")",
            ]
        )
        context.audit?.note { entry in
            entry.outcome = outcome?.status.rawValue
            for (stage, duration) in timings.recorded {
                entry.milliseconds[stage.name] = duration / .milliseconds(1)
            }
        }
    }
}

internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird

/// What the headers of a finished execution tell: where it ran and where the time went, in milliseconds.
struct ExecutionHeaders {
    let report: ExecutionReport
    let resource: ExecutionResource
    /// Where the execution can be read again.
    let location: String
    /// From the hand-over to the cluster until its answer.
    let overall: Duration
    /// Turning the answer into a body.
    let reading: Duration
    /// From the request's head until now.
    let total: Duration

    /// Adds the headers to a response's.
    func add(to headers: inout HTTPFields) {
        headers[HeaderNames.operationID] = report.id.text
        headers[HeaderNames.operationLocation] = location
        headers[HeaderNames.sessionGUID] = report.sessionInstance
        headers[HeaderNames.newAllocation] = report.isNewSession ? "true" : "false"
        headers[HeaderNames.allocationTime] = milliseconds(report.timings[.allocate] ?? .zero)
        headers[HeaderNames.preparationTime] = milliseconds(report.timings[.route] ?? .zero)
        headers[HeaderNames.containerDuration] = String(resource.executionTimeInMilliseconds)
        headers[HeaderNames.requestTime] = milliseconds(report.timings[.run] ?? overall)
        headers[HeaderNames.readResponseTime] = milliseconds(reading)
        headers[HeaderNames.overallTime] = milliseconds(overall)
        headers[HeaderNames.totalTime] = milliseconds(total)
        headers[HeaderNames.stages] = report.timings.recorded
            .map { "\($0.stage)=\(milliseconds($0.duration))" }.joined(separator: ",")
        if !resource.truncated.isEmpty {
            headers[HeaderNames.truncated] = resource.truncated.joined(separator: ",")
        }
        if report.outcome?.stateWasLost == true { headers[HeaderNames.stateLost] = "true" }
    }

    // Four digits behind the point, as Azure has them.
    private func milliseconds(_ duration: Duration) -> String {
        let value = min(max(duration / .milliseconds(1), 0), 1e12)
        return String((value * 10_000).rounded() / 10_000)
    }
}

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

    /// Adds the headers to a response's, which has none of them.
    func add(to headers: inout HTTPFields) {
        let timings = report.timings
        // Appended: to set one is to look for it among the others first.
        func append(_ name: HTTPField.Name, _ value: String) {
            headers.append(HTTPField(name: name, value: value))
        }
        append(HeaderNames.operationID, report.id.text)
        append(HeaderNames.operationLocation, location)
        append(HeaderNames.sessionGUID, report.sessionInstance)
        append(HeaderNames.newAllocation, report.isNewSession ? "true" : "false")
        append(HeaderNames.allocationTime, milliseconds(timings[.allocate] ?? .zero))
        append(HeaderNames.preparationTime, milliseconds(timings[.route] ?? .zero))
        append(HeaderNames.containerDuration, String(resource.executionTimeInMilliseconds))
        append(HeaderNames.requestTime, milliseconds(timings[.run] ?? overall))
        append(HeaderNames.readResponseTime, milliseconds(reading))
        append(HeaderNames.overallTime, milliseconds(overall))
        append(HeaderNames.totalTime, milliseconds(total))
        append(
            HeaderNames.stages,
            timings.recorded.map { "\($0.stage)=\(milliseconds($0.duration))" }.joined(separator: ",")
        )
        if !resource.truncated.isEmpty {
            append(HeaderNames.truncated, resource.truncated.joined(separator: ","))
        }
        if report.outcome?.stateWasLost == true { append(HeaderNames.stateLost, "true") }
    }

    // Four digits behind the point, as Azure has them.
    private func milliseconds(_ duration: Duration) -> String {
        let value = min(max(duration / .milliseconds(1), 0), 1e12)
        return String((value * 10_000).rounded() / 10_000)
    }
}

import APIModel
import Domain

/// Reports for the tests, and the answers about them.
enum PlayedReport {
    /// A report of an execution that has produced nothing yet.
    static func begun() throws -> ExecutionReport {
        let session = SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier("abcd"))
        return ExecutionReport(
            id: try ExecutionID("one"),
            session: session,
            sessionInstance: "i-1",
            isNewSession: true
        )
    }

    /// The answer about it.
    static func resource(
        _ report: ExecutionReport,
        _ shape: AnswerShape,
        _ request: String = #"{"code":"1"}"#,
        version: String = "2025-10-02-preview",
        runtime: Runtime = .python
    ) throws -> ExecutionResource {
        try ExecutionResource(
            report,
            form: ExecutionRequest.parse(Array(request.utf8), for: runtime).form,
            layout: AnswerLayout(runtime: runtime, shape: shape, version: APIVersion.named(version))
        )
    }
}

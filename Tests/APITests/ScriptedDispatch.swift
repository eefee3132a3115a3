import Coordinator
import Domain

/// A cluster that does what a test says.
struct ScriptedDispatch: SessionDispatch {
    typealias Script = @Sendable (ExecutionSpec, SessionKey) async throws(Failure) -> ExecutionReport

    var pools: [String] = ["python"]
    var limits = ExecutionLimits()
    var files = ScriptedFiles()
    var terminal = ScriptedTerminals()
    /// How many files a page of a list has at most.
    var pageSize = Int.max
    var reason: Failure?
    var sessions: [SessionDescription] = []
    var ended: [EndedSessionRecord] = []
    var script: Script = { spec, session throws(Failure) in ScriptedDispatch.report(spec, session) }
    /// What goes on beside the requests for it.
    var executions = PlayedExecutions()
    var runtime = Runtime.python
    var mcp = MCPSettings()
    var imageDescription = ImageDescription(
        runtimes: [],
        packages: [],
        kernel: nil,
        createdMilliseconds: 0
    )
    var stopScript: @Sendable (SessionKey) async throws(Failure) -> Void = { _ throws(Failure) in }

    /// The report of code that printed itself and had the value 2.
    static func report(
        _ spec: ExecutionSpec,
        _ session: SessionKey,
        outcome: Outcome = Outcome(status: .succeeded, duration: .milliseconds(7))
    ) -> ExecutionReport {
        var report = ExecutionReport(
            id: spec.id,
            session: session,
            sessionInstance: "instance-1",
            isNewSession: true
        )
        report.append(.standardOutput(Array(spec.input.text.utf8)))
        report.append(.value(ResultValue(text: "2", json: "2")))
        report.append(.ended(outcome))
        report.timings[.route] = .microseconds(100)
        report.timings[.allocate] = .milliseconds(12)
        report.timings[.run] = .milliseconds(9)
        report.timings[.guest] = .milliseconds(7)
        return report
    }

    func pool(named name: PoolName) async throws(Failure) -> PoolConfiguration {
        guard pools.contains(name.text) else {
            throw Failure(.sessionPoolNotFound, "There is no pool \(name).")
        }
        return PoolConfiguration(name: name, runtime: runtime, limits: limits, mcp: mcp)
    }

    func execute(_ spec: ExecutionSpec, in session: SessionKey) async throws(Failure) -> ExecutionReport {
        try await script(spec, session)
    }

    func begin(_ spec: ExecutionSpec, in session: SessionKey) async throws(Failure) -> EventPage {
        try await executions.begin(spec)
    }

    func events(
        of execution: ExecutionID,
        in session: SessionKey,
        from sequence: UInt64,
        wait: Duration
    ) async throws(Failure) -> EventPage {
        try await executions.events(of: execution, from: sequence, wait: wait)
    }

    func cancel(_ execution: ExecutionID, in session: SessionKey) async throws(Failure) {
        try await executions.cancel(execution)
    }

    func abandon(_ execution: ExecutionID, in session: SessionKey) async {
        try? await executions.cancel(execution)
    }

    func image(of pool: PoolName) async throws(Failure) -> ImageDescription { imageDescription }

    func stop(_ session: SessionKey) async throws(Failure) { try await stopScript(session) }

    func session(_ session: SessionKey) async throws(Failure) -> SessionDescription {
        guard let found = sessions.first(where: { $0.session.key == session }) else {
            throw Failure(.noSessionFound, "There is none.")
        }
        return found
    }

    func sessions(of pool: PoolName, skip: Int, most: Int) async throws(Failure) -> SessionPage {
        let page = sessions.filter { $0.session.key.pool == pool }.dropFirst(skip).prefix(most)
        let next = skip + page.count
        return SessionPage(sessions: Array(page), next: next < sessions.count ? next : nil)
    }

    func endedSessions(of session: SessionKey) async -> [EndedSessionRecord] {
        ended.filter { $0.session.key == session }
    }

    func unreadiness() async -> Failure? { reason }
}

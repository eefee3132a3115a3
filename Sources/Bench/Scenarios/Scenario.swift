/// What is measured: one operation after the other, each verified.
protocol Scenario: Sendable {
    /// On what clients run, one after the other; none for Swift's own threads.
    ///
    /// Event loops are for executions with small answers: who computes on a loop keeps its other clients waiting.
    var executors: [any TaskExecutor] { get }

    /// Makes what operations need; this is not measured.
    ///
    /// - Throws: why it cannot be measured.
    func prepare() async throws

    /// Carries out an operation, and is over when its answer is verified.
    ///
    /// - Parameter turn: which one.
    /// - Returns: what it tells beside its latency.
    /// - Throws: why it counts as failed.
    func perform(_ turn: Schedule.Turn) async throws -> Observation

    /// Puts away what an operation has left; this is not measured.
    ///
    /// - Parameter turn: which one.
    func tidy(_ turn: Schedule.Turn) async
}

extension Scenario {
    var executors: [any TaskExecutor] { [] }

    func tidy(_ turn: Schedule.Turn) async {}
}

/// The scenarios by name.
package enum ScenarioName: String, CaseIterable, Sendable, Codable {
    /// Executions in sessions that are there.
    case warm
    /// Time to interactive: a new identifier's first result.
    case tti
    /// Create, execute, destroy.
    case churn
    /// Upload, list, download and remove a file.
    case files
    /// Output that is read while code runs.
    case stream
    /// A mix of the others by weights.
    case mixed
    /// The same for long, with what the cluster's processes take.
    case soak
    /// The cluster without sandboxes: a worker that runs nothing.
    case dispatch
}

/// What an operation that succeeded tells beside its latency.
package struct Observation: Hashable, Sendable {
    /// How long the parts of it took for the client, by name.
    package var parts: [String: Duration] = [:]
    /// How long the stages took on the server, in milliseconds, by name.
    package var stages: [String: Double] = [:]
}

/// An operation that is over.
struct Sample: Sendable {
    /// When it should have begun; all times are from the measurement's beginning.
    let intended: Duration
    /// When it began.
    let begun: Duration
    /// When it was over.
    let ended: Duration
    /// What came of it.
    let result: Result<Observation, BenchFailure>

    /// What whoever wanted it has waited.
    var latency: Duration { ended - intended }
}

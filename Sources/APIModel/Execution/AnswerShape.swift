/// How the answer of a route is laid out; the route decides, not the api-version.
package enum AnswerShape: Hashable, Sendable, CaseIterable {
    /// `/executions`: flat, with `status` and `result` (G2 in dynamic-sessions-api.md).
    case flat
    /// `/code/execute` and `/execute`: everything in `properties` (G1).
    case wrapped
    /// `/python/execute`: clients of the first preview read the members at the top level and later ones
    /// in `properties`, so they stand in both places (G0).
    case wrappedAndFlat

    /// The word for code that ran to its end.
    var success: String { self == .flat ? "Succeeded" : "Success" }
    /// The word for code that did not.
    var failure: String { self == .flat ? "Failed" : "Failure" }
    /// The word for code that a client cancelled.
    var cancellation: String { self == .flat ? "Canceled" : "Failure" }
}

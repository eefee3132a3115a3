/// How the answer of a route is laid out; the route decides, not the api-version.
package enum AnswerShape: Hashable, Sendable, CaseIterable {
    /// `/executions`: flat, with `status` and `result` (G2 in dynamic-sessions-api.md).
    case flat
    /// `/code/execute` and `/execute`: everything in `properties` (G1).
    case wrapped
    /// `/python/execute`: clients of the first preview read the members at the top level and later ones
    /// in `properties`, so they stand in both places (G0).
    case wrappedAndFlat
}

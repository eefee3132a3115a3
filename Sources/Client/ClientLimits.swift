/// How patient a client is, and how much it does at once.
package struct ClientLimits: Hashable, Sendable {
    /// How long an answer may be silent; nil when only its deadline counts.
    package let silence: Duration?
    /// How many requests are under way at once; more wait.
    package let connections: Int
    /// Whether the client measures, and executions have to cost it as little as can be.
    package let isMeasuring: Bool

    /// Sets limits.
    ///
    /// - Parameters:
    ///   - silence: how long an answer may be silent, in whole seconds; nil when only its deadline counts.
    ///   - connections: how many requests are under way at once.
    ///   - isMeasuring: whether the client measures; then executions go over connections of their own, and it is
    ///     for the caller to have no more of them under way than that.
    package init(silence: Duration? = .seconds(90), connections: Int = 8, isMeasuring: Bool = false) {
        self.silence = silence
        self.connections = connections
        self.isMeasuring = isMeasuring
    }
}

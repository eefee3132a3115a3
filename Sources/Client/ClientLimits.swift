/// How patient a client is, and how much it does at once.
package struct ClientLimits: Hashable, Sendable {
    /// How long an answer may be silent; nil when only its deadline counts.
    package let silence: Duration?
    /// How many requests are under way at once; more wait.
    package let connections: Int

    /// Sets limits.
    ///
    /// - Parameters:
    ///   - silence: how long an answer may be silent, in whole seconds; nil when only its deadline counts.
    ///   - connections: how many requests are under way at once.
    package init(silence: Duration? = .seconds(90), connections: Int = 8) {
        self.silence = silence
        self.connections = connections
    }
}
